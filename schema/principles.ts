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

/** The document that this schema grew from, and what became of what it left open. */
export const origin = {
	document: 'managarten/docs/PORT_SCHEMA.md',
	drafted: '2026-03-28',
	reconciled: '2026-04-08',
	commit: '4cb1bc1827',
	answers: [
		'**The move is made.** The planned tables are what runs; the list of real ports is the host plan `2026-04-08`, a record to compare with.',
		'**Authoritative** is the schema alone. Services take their port from it, so there are no source defaults and no numbers in guides.',
		'**Collisions of the past.** mana-image-gen and mana-video-gen both wanted 3026, mana-voice-bot and mana-sync 3050. Both pairs were parted on 2026-04-08; today a check finds the next one before it is merged.',
		'**Updating five files by hand** (the document, compose, the env generator, Prometheus and the service) is one row now: see [Adding a service](#adding-a-service).',
	],
} as const;
