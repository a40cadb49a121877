export {
	BadCard,
	besides,
	type Card,
	cardLimits,
	type CardVersion,
	cardVersions,
	groupOf,
	lineOf,
	linesOf,
	mapLines,
	propertyName,
	withProperty,
} from './card.ts';
export { type CardChunk, CardChunks } from './chunks.ts';
export { isGroup, membersOf, type NameIn, nameIn, toVersion } from './convert.ts';
export { dayIn, dayLine, oldDayLine } from './days.ts';
export { fromJCard, parseJCards, toJCard } from './jcard.ts';
export { freeGroup, labelOf, withLabelled, withoutLine } from './labels.ts';
export { parseCard, parseCards } from './read.ts';
export {
	partOf,
	partsOf,
	plainText,
	preferenceOf,
	structured,
	typesOf,
	withoutParameters,
	withParameter,
	withTypes,
} from './values.ts';
export { writeCard } from './write.ts';
