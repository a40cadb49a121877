import { m } from '@mana/ui/i18n';

const formats: Readonly<Record<string, () => string>> = {
	vcard: () => 'vCard',
	jcard: () => 'jCard',
	ldif: () => 'LDIF',
	csv: () => m.exchange_csv(),
	'csv-google': () => m.exchange_csv_google(),
	'csv-outlook': () => m.exchange_csv_outlook(),
	'vcard-2.1': () => 'vCard 2.1',
	'vcard-3.0': () => 'vCard 3.0',
	'vcard-4.0': () => 'vCard 4.0',
};

/** What a kind of file is called. */
export function formatWords(id: string): string {
	return formats[id]?.() ?? id;
}

const hints: Readonly<Record<string, () => string>> = {
	'vcard-3.0': () => m.exchange_hint_vcard3(),
	'vcard-4.0': () => m.exchange_hint_vcard4(),
	'vcard-2.1': () => m.exchange_hint_vcard2(),
	'csv-google': () => m.exchange_hint_csv_google(),
	'csv-outlook': () => m.exchange_hint_csv_outlook(),
	csv: () => m.exchange_hint_csv(),
	jcard: () => m.exchange_hint_jcard(),
	ldif: () => m.exchange_hint_ldif(),
};

/** What a kind of file is good for. */
export function exportHint(id: string): string {
	return hints[id]?.() ?? '';
}

const fields: Readonly<Record<string, () => string>> = {
	shownAs: () => m.exchange_field_name(),
	prefix: () => m.exchange_field_prefix(),
	given: () => m.exchange_field_given(),
	additional: () => m.exchange_field_additional(),
	family: () => m.exchange_field_family(),
	suffix: () => m.exchange_field_suffix(),
	nickname: () => m.exchange_field_nickname(),
	phoneticGiven: () => m.exchange_field_phonetic_given(),
	phoneticFamily: () => m.exchange_field_phonetic_family(),
	pronouns: () => m.exchange_field_pronouns(),
	organisation: () => m.exchange_field_organisation(),
	department: () => m.exchange_field_department(),
	title: () => m.exchange_field_title(),
	role: () => m.exchange_field_role(),
	birthday: () => m.exchange_field_birthday(),
	anniversary: () => m.exchange_field_anniversary(),
	groups: () => m.exchange_field_groups(),
	notes: () => m.exchange_field_notes(),
	uid: () => m.exchange_field_uid(),
	email: () => m.exchange_field_email(),
	phone: () => m.exchange_field_phone(),
	address: () => m.exchange_field_address(),
	link: () => m.exchange_field_link(),
	message: () => m.exchange_field_message(),
	relation: () => m.exchange_field_relation(),
	street: () => m.exchange_part_street(),
	extended: () => m.exchange_part_extended(),
	postBox: () => m.exchange_part_post_box(),
	locality: () => m.exchange_part_locality(),
	region: () => m.exchange_part_region(),
	postcode: () => m.exchange_part_postcode(),
	country: () => m.exchange_part_country(),
	home: () => m.exchange_label_home(),
	work: () => m.exchange_label_work(),
	other: () => m.exchange_label_other(),
	mobile: () => m.exchange_label_mobile(),
	main: () => m.exchange_label_main(),
	'home-fax': () => m.exchange_label_home_fax(),
	'work-fax': () => m.exchange_label_work_fax(),
	pager: () => m.exchange_label_pager(),
	spouse: () => m.exchange_label_spouse(),
	child: () => m.exchange_label_child(),
	manager: () => m.exchange_label_manager(),
	assistant: () => m.exchange_label_assistant(),
};

/** What a field of a table is called: `phone:work` is “Phone, work”. */
export function fieldWords(id: string): string {
	return id
		.split(':')
		.map((word) => fields[word]?.() ?? word)
		.join(', ');
}
