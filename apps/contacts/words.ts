import { m } from '@mana/ui/i18n';
import { isKnownLabel, type KnownLabel } from './labels.ts';
import type { Reason } from './duplicates.ts';
import type { Merge } from './merge.ts';
import type { Contact, ContactSettings, DetailKind, Encounter } from './model.ts';
import { nameOf, type NameParts } from './name.ts';
import type { Occasion } from './occasions.ts';

/** What a contact is called, also while it has no name. */
export function nameOrWord(contact: NameParts): string {
	return nameOf(contact) || (contact.kind === 'organisation' ? m.contacts_unnamed_organisation() : m.contacts_unnamed());
}

export function kindName(kind: Contact['kind'] | null): string {
	return kind === 'organisation' ? m.contacts_kind_organisation() : m.contacts_kind_person();
}

const kindNames: Readonly<Record<DetailKind, () => string>> = {
	email: m.contacts_email,
	phone: m.contacts_phone,
	address: m.contacts_address,
	place: m.contacts_place,
	link: m.contacts_link,
	message: m.contacts_message,
	social: m.contacts_social,
	date: m.contacts_date,
	relation: m.contacts_relation,
	custom: m.contacts_custom,
};

/** What one detail of a kind is called: “E-mail address”. */
export function detailKindName(kind: DetailKind): string {
	return kindNames[kind]();
}

/** How somebody was met: “Met”, “Called”. */
export function encounterKindName(kind: Encounter['kind']): string {
	return { met: m.contacts_met, called: m.contacts_called, wrote: m.contacts_wrote, other: m.contacts_in_touch }[kind]();
}

const labelNames: Readonly<Record<KnownLabel, () => string>> = {
	home: m.contacts_label_home,
	work: m.contacts_label_work,
	school: m.contacts_label_school,
	other: m.contacts_label_other,
	mobile: m.contacts_label_mobile,
	main: m.contacts_label_main,
	'home-fax': m.contacts_label_home_fax,
	'work-fax': m.contacts_label_work_fax,
	pager: m.contacts_label_pager,
	billing: m.contacts_label_billing,
	delivery: m.contacts_label_delivery,
	homepage: m.contacts_label_homepage,
	blog: m.contacts_label_blog,
	profile: m.contacts_label_profile,
	'name-day': m.contacts_label_name_day,
	met: m.contacts_label_met,
	death: m.contacts_label_death,
	partner: m.contacts_label_partner,
	spouse: m.contacts_label_spouse,
	child: m.contacts_label_child,
	parent: m.contacts_label_parent,
	mother: m.contacts_label_mother,
	father: m.contacts_label_father,
	sibling: m.contacts_label_sibling,
	brother: m.contacts_label_brother,
	sister: m.contacts_label_sister,
	grandparent: m.contacts_label_grandparent,
	grandchild: m.contacts_label_grandchild,
	relative: m.contacts_label_relative,
	friend: m.contacts_label_friend,
	colleague: m.contacts_label_colleague,
	manager: m.contacts_label_manager,
	report: m.contacts_label_report,
	assistant: m.contacts_label_assistant,
	'contact-person': m.contacts_label_contact_person,
	emergency: m.contacts_label_emergency,
	neighbour: m.contacts_label_neighbour,
	'introduced-by': m.contacts_label_introduced_by,
	introduced: m.contacts_label_introduced,
};

/** A label in the language of the interface; one's own as it was typed. */
export function labelName(label: string): string {
	return isKnownLabel(label) ? labelNames[label]() : label;
}

/** A day as people write it, with its year where that is known: “23 November 1990”, “23 November”. */
export function partialDayWords(day: string, locale: string): string {
	const withoutYear = day.startsWith('--');
	const at = new Date(`${withoutYear ? `2000-${day.slice(2)}` : day}T00:00:00Z`);
	return new Intl.DateTimeFormat(locale, {
		day: 'numeric',
		month: 'long',
		...(!withoutYear && { year: 'numeric' }),
		timeZone: 'UTC',
	}).format(at);
}

/** What an occasion is called: “Birthday”, “36th birthday” is said with its years beside it. */
export function occasionName({ kind, label }: Pick<Occasion, 'kind' | 'label'>): string {
	return {
		birthday: m.contacts_birthday,
		anniversary: m.contacts_anniversary,
		date: () => labelName(label) || m.contacts_date(),
	}[kind]();
}

/** What is said under the name of a contact in a list: where and as what they work. */
export function subtitleOf({ kind, title, organisation, department }: Contact): string {
	const where = kind === 'organisation' ? department : organisation;
	return [title, where]
		.map((part) => part.trim())
		.filter(Boolean)
		.join(' · ');
}

/** How often one wants to be in touch. */
export function intervalName(days: number | null): string {
	if (days === null) return m.contacts_never();
	if (days % 365 === 0) return m.contacts_every_years({ count: days / 365 });
	if (days % 30 === 0) return m.contacts_every_months({ count: days / 30 });
	if (days % 7 === 0) return m.contacts_every_weeks({ count: days / 7 });
	return m.contacts_every_days({ count: days });
}

/** What an occasion is, with its years: “Birthday · 36 years”. */
export function occasionWords(occasion: Pick<Occasion, 'kind' | 'label' | 'years'>): string {
	const name = occasionName(occasion);
	if (occasion.years === null || occasion.years === 0) return name;
	return m.contacts_occasion_years({ name, count: occasion.years });
}

/** Where an address is looked at. */
export function mapName(map: Exclude<ContactSettings['map'], 'ask'>): string {
	return { device: m.contacts_map_device(), openstreetmap: 'OpenStreetMap', google: 'Google Maps', apple: 'Apple Maps' }[map];
}

const addNames: Readonly<Record<DetailKind, () => string>> = {
	email: m.contacts_add_email,
	phone: m.contacts_add_phone,
	address: m.contacts_add_address,
	place: m.contacts_add_place,
	link: m.contacts_add_link,
	message: m.contacts_add_message,
	social: m.contacts_add_social,
	date: m.contacts_add_date,
	relation: m.contacts_add_relation,
	custom: m.contacts_add_custom,
};

/** What the button says that adds one of a kind. */
export function addDetailName(kind: DetailKind): string {
	return addNames[kind]();
}

/** Why two contacts look like one. */
export function reasonName(reason: Reason): string {
	return {
		email: m.contacts_same_email,
		phone: m.contacts_same_phone,
		name: m.contacts_same_name,
		'similar-name': m.contacts_similar_name,
		organisation: m.contacts_same_organisation,
		birthday: m.contacts_same_birthday,
	}[reason]();
}

/** A field of which merging leaves something behind. */
export function mergeFieldName(field: Merge['left'][number]['field']): string {
	const names: Readonly<Record<string, () => string>> = {
		name: m.contacts_field_name,
		nickname: m.contacts_field_nickname,
		organisation: m.contacts_field_organisation,
		phoneticOrganisation: m.contacts_field_phonetic,
		department: m.contacts_field_department,
		title: m.contacts_field_title,
		role: m.contacts_field_role,
		pronouns: m.contacts_field_pronouns,
		birthday: m.contacts_field_birthday,
		anniversary: m.contacts_field_anniversary,
		photo: m.contacts_field_photo,
	};
	const name = (names[field] ?? m.contacts_field_name)();
	return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}
