import { readFileSync } from 'node:fs';
import { type HostPlan, planNamed } from '@mana/schema';
import { readPlan } from '../schema/generate/plan-shape.ts';
import { UsageError } from './place.ts';

/**
 * The plan that `--plan` names: one of the house, or a file of one's own.
 *
 * @param named a plan's name, or the path of a JSON file; left out, the plan in use
 * @throws UsageError that names what does not fit
 */
export function planFrom(named: string | undefined): HostPlan {
	const isFile = named !== undefined && /[/\\.]/.test(named);
	try {
		return isFile ? readPlan(readFileSync(named, 'utf8')) : planNamed(named ?? 'default');
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		throw new UsageError(isFile ? `${named}: ${message}` : message);
	}
}
