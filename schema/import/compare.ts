import type { HostPlan } from '../plans.ts';
import { idleLabels, namesWithoutRoute, onAllInterfaces, routedTwice } from './compare/exposure.ts';
import { notScraped, wrongPaths } from './compare/metrics.ts';
import { severalNames } from './compare/names.ts';
import { unknownDisagree, wrongNumbers } from './compare/numbers.ts';
import { sharedHostPort, sharedNumber } from './compare/sharing.ts';
import { leadsToNothing, unknownServices } from './compare/unknown.ts';
import { defaultSecrets, definedTwice, differentFallbacks, undefinedVariables } from './compare/variables.ts';
import type { Comparison, Disagreement } from './disagreement.ts';
import type { Statement } from './statement.ts';
import { yardstickOf } from './yardstick.ts';

/** Every kind of disagreement that is looked for. Another one is another line. */
export const comparisons: readonly Comparison[] = [
	wrongNumbers,
	unknownDisagree,
	sharedHostPort,
	sharedNumber,
	unknownServices,
	leadsToNothing,
	undefinedVariables,
	definedTwice,
	differentFallbacks,
	severalNames,
	onAllInterfaces,
	namesWithoutRoute,
	routedTwice,
	idleLabels,
	wrongPaths,
	notScraped,
	defaultSecrets,
];

/** Everything in which files disagree with a plan and with each other, by file and line. */
export function disagreements(plan: HostPlan, statements: readonly Statement[]): Disagreement[] {
	const yardstick = yardstickOf(plan, statements);
	return comparisons
		.flatMap(({ compare }) => compare(statements, yardstick))
		.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}
