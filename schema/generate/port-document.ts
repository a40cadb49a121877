import { systems } from '../systems.ts';
import { type Generator, generatedNote } from './generator.ts';
import { decisionSection } from './port-document/decisions.ts';
import { driftSections } from './port-document/drift.ts';
import { parts } from './port-document/markdown.ts';
import { opening, originSection } from './port-document/opening.ts';
import { planSections } from './port-document/plans.ts';
import { knownSection, pairSection, rangeSections } from './port-document/ranges.ts';

/** The port schema for people: everything that `schema/` states, and every fact of the document that it grew from. */
export const portDocument: Generator = {
	name: 'port-document',
	makes: 'docs/PORT_SCHEMA.md, the port schema for people',
	files: (facts) => [
		{
			path: 'docs/PORT_SCHEMA.md',
			text: `${parts(
				`<!-- ${generatedNote} -->`,
				opening(facts),
				rangeSections(facts),
				pairSection(facts),
				planSections(facts),
				decisionSection(facts),
				driftSections(facts),
				knownSection({ ...facts, systems }),
				adding,
				originSection(),
			)}\n`,
		},
	],
};

const adding = `## Adding a service

\`mana ports add\` does it as one command; \`mana ports next RANGE\` names the number. By hand it is:

1. Pick the next free port of the range that fits its purpose: one that no row holds and that is not reserved.
2. Add its row in \`schema/rows/\`. It starts as \`planned\`.
3. Build the room in the folder that the row names as its owner, then set the row to \`running\`.
4. \`npm run mana -- ports generate\` writes this document, compose and Kubernetes files, units, environment and scrape configuration anew.
5. \`npm run check\` proves that nothing collides and that nothing is stale.`;
