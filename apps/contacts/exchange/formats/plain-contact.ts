import type { FoundContact } from '../found-contact.ts';

/** A contact with nothing in it yet, of a file that has no cards. */
export function emptyContact(): FoundContact {
	return {
		uid: '',
		fields: {
			kind: 'person', prefix: '', given: '', additional: '', family: '', suffix: '', phoneticGiven: '', phoneticFamily: '', nickname: '',
			shownAs: '', organisation: '', phoneticOrganisation: '', department: '', title: '', role: '', pronouns: '', birthday: null,
			anniversary: null, notes: '',
		},
		details: [],
		groups: [],
		photo: null,
		card: '',
		starred: false,
	}; // prettier-ignore
}
