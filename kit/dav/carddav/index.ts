export { acceptedVersion, type CardForm, cardForm, formed, type ServedVersion, servedVersions } from './address-data.ts';
export { bookConditions, bookPerson, bookProperties, quietBookNames } from './book.ts';
export { invalidCard, parseSentCard, type SentCard } from './content.ts';
export { type CardMatches, parseCardFilter } from './filter.ts';
export { addressData, carddav } from './names.ts';
export { bookReports } from './reports.ts';
