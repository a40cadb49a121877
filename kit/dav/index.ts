export { addDav, type DavOptions } from './dav.ts';
export { DavFailure } from './failure.ts';
export { dav } from './names.ts';
export { type DavPath, hrefOf } from './path.ts';
export {
	type CollectionChanges,
	type Content,
	type DavResource,
	type DavTree,
	type Document,
	type PropertyChange,
	RefusedProperties,
	type Report,
	type ReportLine,
	type ReportQuery,
} from './tree.ts';
export {
	attribute,
	BadXml,
	child,
	element,
	elements,
	parseXml,
	textOf,
	type XmlElement,
	type XmlName,
	type XmlNode,
	writeXml,
} from './xml.ts';
