/** A principle of the origin document, and how this schema keeps it. */
export interface Principle {
	/** In the document's own words. */
	readonly says: string;
	readonly kept: string;
	/** The code of the finding that a break of it gives; `null` where it is no matter of yes or no. */
	readonly finding: string | null;
}

export const principles: readonly Principle[] = [
	{
		says: 'Each range has a clear purpose (100 ports per range)',
		kept:
			'Every range states its purpose. "100 ports" holds for the families from 4000 up only: the four backend ranges have ten to thirty ' +
			'in their headings, and the headings carry the numbers.',
		finding: 'outside-range',
	},
	{
		says: 'Backend 30xx and Frontend 50xx use matching last digits where possible',
		kept: 'A pair either ends in the same digit or its front end states why not.',
		finding: 'digits',
	},
	{
		says: 'No conflicts - every port assigned exactly once',
		kept: 'Once on each host, transport and address family, checked for every host plan.',
		finding: 'duplicate',
	},
	{
		says: 'Room for growth in each range',
		kept: 'Reserved slots stay empty until a change of the range releases one.',
		finding: 'reserved',
	},
];
