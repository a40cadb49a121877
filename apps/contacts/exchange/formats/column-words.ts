/** Names of columns in small letters without anything between, by the field that is meant: in English and German, as people and programs call them. */
const words: readonly (readonly [field: string, ...names: string[]])[] = [
	['shownAs', 'name', 'full name', 'display name', 'shown as', 'vollständiger name', 'anzeigename'],
	['prefix', 'prefix', 'title prefix', 'anrede', 'salutation'],
	['given', 'given', 'given name', 'first name', 'first', 'vorname'],
	['additional', 'additional', 'middle name', 'middle', 'weitere vornamen', 'zweiter vorname'],
	['family', 'family', 'family name', 'last name', 'last', 'surname', 'nachname', 'familienname'],
	['suffix', 'suffix', 'namenszusatz'],
	['nickname', 'nickname', 'spitzname'],
	['phoneticGiven', 'phonetic given', 'phonetic first name', 'given yomi'],
	['phoneticFamily', 'phonetic family', 'phonetic last name', 'surname yomi'],
	['pronouns', 'pronouns', 'pronomen'],
	['organisation', 'organisation', 'organization', 'company', 'firma', 'unternehmen'],
	['department', 'department', 'abteilung'],
	['title', 'job title', 'position', 'berufsbezeichnung'],
	['role', 'role', 'profession', 'rolle', 'beruf'],
	[
		'email',
		'email',
		'e-mail',
		'mail',
		'email address',
		'e-mail-adresse',
		'email 2',
		'email 3',
		'email 2 address',
		'email 3 address',
		'primary email',
		'secondary email',
	],
	['email:home', 'email home', 'home email', 'private email', 'e-mail privat'],
	['email:work', 'email work', 'work email', 'business email', 'e-mail geschäftlich'],
	['phone', 'phone', 'telephone', 'tel', 'phone number', 'telefon', 'telefonnummer', 'phone 2', 'primary phone', 'other phone'],
	[
		'phone:mobile',
		'phone mobile',
		'mobile',
		'mobile phone',
		'cell',
		'cell phone',
		'handy',
		'mobil',
		'mobiltelefon',
		'mobile number',
	],
	['phone:home', 'phone home', 'home phone', 'home phone 2', 'telefon privat', 'telefon (privat)'],
	[
		'phone:work',
		'phone work',
		'work phone',
		'business phone',
		'business phone 2',
		'telefon geschäftlich',
		'telefon (geschäftlich)',
	],
	['phone:main', 'company main phone', 'phone main'],
	['phone:home-fax', 'home fax', 'fax privat'],
	['phone:work-fax', 'business fax', 'fax', 'fax number', 'fax geschäftlich'],
	['phone:pager', 'pager'],
	['link', 'link', 'website', 'web page', 'homepage', 'url', 'webseite'],
	['link:home', 'personal web page', 'link home'],
	['link:work', 'link work', 'business web page'],
	['relation:spouse', 'spouse', 'partner', 'ehepartner'],
	['relation:child', 'children', 'kinder'],
	['relation:manager', 'managers name', 'manager'],
	['relation:assistant', 'assistants name', 'assistant'],
	['address', 'address', 'adresse', 'anschrift'],
	['birthday', 'birthday', 'birth date', 'date of birth', 'geburtstag', 'geburtsdatum'],
	['anniversary', 'anniversary', 'hochzeitstag', 'jahrestag'],
	['groups', 'groups', 'group', 'categories', 'category', 'labels', 'tags', 'gruppen', 'kategorien'],
	['notes', 'notes', 'note', 'comment', 'notizen', 'bemerkung'],
	['uid', 'uid'],
];

const places: readonly (readonly [label: string, ...names: string[]])[] = [
	['home', 'home', 'address home', 'privat', ''],
	['work', 'business', 'work', 'address work', 'geschäftlich'],
	['other', 'other', 'address other', 'weitere'],
];
const parts: readonly (readonly [part: string, ...names: string[]])[] = [
	['street', 'street', 'address', 'address 1', 'straße', 'strasse', 'street address'],
	['extended', 'extended', 'street 2', 'address 2'],
	['postBox', 'po box', 'post box', 'postfach'],
	['locality', 'locality', 'city', 'town', 'ort', 'stadt'],
	['region', 'region', 'state', 'province', 'bundesland'],
	['postcode', 'postcode', 'postal code', 'zip', 'zip code', 'zipcode', 'plz', 'postleitzahl'],
	['country', 'country', 'country/region', 'land', 'land/region'],
];

const fold = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');

export const columnWords: Readonly<Record<string, string>> = Object.fromEntries([
	...places.flatMap(([label, ...where]) =>
		where.flatMap((place) =>
			parts.flatMap(([part, ...called]) =>
				called.flatMap((name) => [
					[fold(`${place}${name}`), `address:${label}:${part}`],
					[fold(`${name}${place}`), `address:${label}:${part}`],
				]),
			),
		),
	),
	...words.flatMap(([field, ...names]) => [fold(field), ...names.map(fold)].map((name) => [name, field])),
]);
