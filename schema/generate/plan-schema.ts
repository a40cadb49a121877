import { z } from 'zod';
import { type Generator, generatedNote } from './generator.ts';
import { planShape } from './plan-shape.ts';

/** The JSON Schema of a host plan: editors check and complete by it. */
export const planSchema: Generator = {
	name: 'plan-schema',
	makes: 'the JSON Schema of a host plan, by which editors check and complete a plan of your own',
	files: () => [
		{
			path: 'deploy/host-plan.schema.json',
			text: `${JSON.stringify({ $comment: generatedNote, title: 'Host plan of Mana', ...z.toJSONSchema(planShape, { io: 'input' }) }, null, '\t')}\n`,
		},
	],
};
