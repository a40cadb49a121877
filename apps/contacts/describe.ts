import { type RecordId, referenceOf, type Value } from '@mana/model';
import { tags } from '@mana/shared/model';
import type { Place } from '@mana/sync/cell';
import type { Mana } from '@mana/sync/client/api';
import { dayAt, speakDay } from '@mana/time';
import { m } from '@mana/ui/i18n';
import type { DateWays, Describer } from '@mana/ui/shell/manifest';
import { type Contact, details, encounters, groups, people, views } from './model.ts';
import { detailKindName, encounterKindName, kindName, labelName, nameOrWord, partialDayWords } from './words.ts';

const [person, detail, group, encounter] = [people.fields, details.fields, groups.fields, encounters.fields];

/** What each field is called in the middle of a sentence. */
const fieldNames: ReadonlyMap<string, () => string> = new Map([
	...named(people.number, {
		[person.kind.number]: m.contacts_field_kind,
		[person.prefix.number]: m.contacts_field_prefix,
		[person.given.number]: m.contacts_field_given,
		[person.additional.number]: m.contacts_field_additional,
		[person.family.number]: m.contacts_field_family,
		[person.suffix.number]: m.contacts_field_suffix,
		[person.phoneticGiven.number]: m.contacts_field_phonetic,
		[person.phoneticFamily.number]: m.contacts_field_phonetic,
		[person.nickname.number]: m.contacts_field_nickname,
		[person.shownAs.number]: m.contacts_field_shown_as,
		[person.organisation.number]: m.contacts_field_organisation,
		[person.phoneticOrganisation.number]: m.contacts_field_phonetic,
		[person.department.number]: m.contacts_field_department,
		[person.title.number]: m.contacts_field_title,
		[person.role.number]: m.contacts_field_role,
		[person.pronouns.number]: m.contacts_field_pronouns,
		[person.birthday.number]: m.contacts_field_birthday,
		[person.anniversary.number]: m.contacts_field_anniversary,
		[person.notes.number]: m.contacts_field_notes,
		[person.photo.number]: m.contacts_field_photo,
		[person.starred.number]: m.contacts_field_starred,
		[person.keepInTouchDays.number]: m.contacts_field_keep_in_touch,
		[person.groups.number]: m.contacts_field_group,
		[person.distinctFrom.number]: m.contacts_field_distinct,
		[person.mergedInto.number]: m.contacts_field_merged,
		[person.tags.number]: m.contacts_field_tag,
		[person.archived.number]: m.contacts_field_archived,
	}),
	...named(details.number, {
		[detail.contact.number]: m.contacts_field_contact,
		[detail.kind.number]: m.contacts_field_kind,
		[detail.label.number]: m.contacts_field_label,
		[detail.value.number]: m.contacts_field_value,
		[detail.service.number]: m.contacts_field_service,
		[detail.day.number]: m.contacts_field_day,
		[detail.target.number]: m.contacts_field_contact,
		[detail.street.number]: m.contacts_field_street,
		[detail.extended.number]: m.contacts_field_extended,
		[detail.postBox.number]: m.contacts_field_post_box,
		[detail.locality.number]: m.contacts_field_locality,
		[detail.region.number]: m.contacts_field_region,
		[detail.postcode.number]: m.contacts_field_postcode,
		[detail.country.number]: m.contacts_field_country,
		[detail.preferred.number]: m.contacts_field_preferred,
		[detail.position.number]: m.contacts_field_place,
	}),
	...named(groups.number, {
		[group.name.number]: m.contacts_field_name,
		[group.hue.number]: m.contacts_field_hue,
		[group.position.number]: m.contacts_field_place,
	}),
	...named(views.number, {
		[views.fields.name.number]: m.contacts_field_name,
		[views.fields.query.number]: m.contacts_field_query,
		[views.fields.position.number]: m.contacts_field_place,
	}),
	...named(encounters.number, {
		[encounter.people.number]: m.contacts_field_contact,
		[encounter.kind.number]: m.contacts_field_kind,
		[encounter.day.number]: m.contacts_field_day,
		[encounter.note.number]: m.contacts_field_notes,
		[encounter.pinned.number]: m.contacts_field_pinned,
	}),
]);

function named(collection: number, fields: Readonly<Record<number, () => string>>): (readonly [string, () => string])[] {
	return Object.entries(fields).map(([field, name]) => [`${collection}/${field}`, name] as const);
}

/** Contacts, what belongs to them, groups and encounters in words. */
export const describer: Describer = {
	record(mana, collection, id) {
		if (collection === groups.number) return m.contacts_called_group({ name: mana.get(groups, id)?.name ?? '' });
		if (collection === views.number) return m.contacts_called_view({ name: mana.get(views, id)?.name ?? '' });
		if (collection === encounters.number) return m.contacts_called_encounter();
		if (collection === details.number) {
			const row = mana.get(details, id);
			const of = row?.contact && mana.get(people, row.contact);
			if (!row) return m.contacts_called_gone();
			return m.contacts_called_detail({ kind: detailKindName(row.kind), name: of ? nameOrWord(of) : m.contacts_unnamed() });
		}
		const row = mana.get(people, id);
		return row ? m.contacts_called_contact({ name: nameOrWord(row) }) : m.contacts_called_gone();
	},
	at(mana, collection, id) {
		if (collection === people.number) {
			const row = mana.get(people, id);
			return row && row.deletedAt === null ? { title: nameOrWord(row), href: `/contacts?contact=${id}` } : undefined;
		}
		const set = collection === groups.number ? mana.get(groups, id) : undefined;
		return set && set.deletedAt === null ? { title: set.name, href: `/contacts/group/${id}` } : undefined;
	},
	field: (collection, field) => fieldNames.get(`${collection}/${field}`)?.(),
	value(mana, place, value, ways) {
		if (place.collection === people.number) return valueOfContact(mana, place, value, ways);
		if (place.collection === details.number) return valueOfDetail(mana, place, value, ways);
		if (place.collection === encounters.number) return valueOfEncounter(mana, place, value, ways);
		if (place.collection === views.number)
			return place.field === views.fields.position.number ? m.contacts_value_place() : undefined;
		return place.field === group.position.number ? m.contacts_value_place() : undefined;
	},
};

function valueOfContact(mana: Mana, { field, key }: Place, value: Value, ways: DateWays): string | undefined {
	switch (field) {
		case person.kind.number:
			return kindName(value as Contact['kind'] | null);
		case person.birthday.number:
		case person.anniversary.number:
			return dayWords(value, ways);
		case person.photo.number:
			return referenceOf(value)?.name;
		case person.starred.number:
			return value === true ? m.contacts_value_starred() : m.contacts_value_not_starred();
		case person.keepInTouchDays.number:
			return value === null ? m.contacts_never() : m.contacts_every_days({ count: Number(value) });
		case person.groups.number: {
			const name = mana.get(groups, key as RecordId)?.name ?? '';
			return value === null ? m.contacts_value_not_in({ name }) : m.contacts_value_in({ name });
		}
		case person.tags.number: {
			const name = `#${mana.get(tags, key as RecordId)?.name ?? ''}`;
			return value === null ? m.contacts_value_untagged({ name }) : m.contacts_value_tagged({ name });
		}
		case person.archived.number:
			return value === true ? m.contacts_value_archived() : m.contacts_value_not_archived();
		case person.distinctFrom.number:
			return contactNamed(mana, key);
		case person.mergedInto.number:
			return contactNamed(mana, value);
		default:
			return undefined;
	}
}

function valueOfDetail(mana: Mana, { field }: Place, value: Value, ways: DateWays): string | undefined {
	switch (field) {
		case detail.kind.number:
			return detailKindName(detail.kind.form.kind === 'one' ? detail.kind.form.read(value) : 'custom');
		case detail.label.number:
			return value === null ? undefined : labelName(String(value));
		case detail.day.number:
			return dayWords(value, ways);
		case detail.contact.number:
		case detail.target.number:
			return contactNamed(mana, value);
		case detail.position.number:
			return m.contacts_value_place();
		default:
			return undefined;
	}
}

function valueOfEncounter(mana: Mana, { field, key }: Place, value: Value, ways: DateWays): string | undefined {
	switch (field) {
		case encounter.people.number:
			return contactNamed(mana, key);
		case encounter.kind.number:
			return encounterKindName(encounter.kind.form.kind === 'one' ? encounter.kind.form.read(value) : 'other');
		case encounter.day.number:
			return value === null ? undefined : speakDay(String(value), dayAt(Date.now(), ways.timeZone), ways.tag);
		default:
			return undefined;
	}
}

function dayWords(value: Value, { tag }: DateWays): string | undefined {
	return value === null ? undefined : partialDayWords(String(value), tag);
}

function contactNamed(mana: Mana, id: Value): string | undefined {
	const contact = typeof id === 'string' ? mana.get(people, id as RecordId) : undefined;
	return contact && nameOrWord(contact);
}
