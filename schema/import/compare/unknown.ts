import { type Comparison, type Disagreement, oncePer, portsIn } from '../disagreement.ts';
import type { PortStatement } from '../statement.ts';
import { told } from './numbers.ts';

const highestOfInternet = 1023;

/** A service with a port and without a row: nobody keeps its number for it, and it may sit on somebody else's. */
export const unknownServices: Comparison = {
	finds: 'a service that the schema does not have',
	compare(statements, { holderOf, openedBy, plan, rowOf, portsOf }) {
		const unknown = portsIn(statements).filter(
			(statement) =>
				statement.service === null &&
				statement.port > highestOfInternet &&
				(has(statement) || (statement.inside && openedBy(statement).length === 0)),
		);
		/** A name that is not the row's own, of a service that none of the files has: it leads to no container. */
		const nameless = portsIn(statements, 'calls').filter(
			({ inside, service, name, port }) =>
				inside &&
				service !== null &&
				name !== service &&
				rowOf(service)?.kind === 'own' &&
				portsOf(service).includes(port) &&
				!statements.some(
					(other) =>
						'service' in other &&
						other.service === service &&
						(other.kind === 'name' ? other.name !== name : has(other) && other.inside),
				),
		);
		const dangling = oncePer(nameless, ({ file, by, name }) => `${file} ${by} ${name}`).map((statement): Disagreement => ({
			code: 'unknown-callee',
			file: statement.file,
			line: statement.line,
			service: statement.service,
			message: `${told(statement)}, and no file has anything of the name "${statement.name}".`,
			fix: `Take the call out, or call it ${statement.service} and add that to the services.`,
		}));
		return oncePer(unknown.toSorted(byStrength), ({ name }) => name)
			.map((statement): Disagreement => {
				const { file, line, name, port } = statement;
				const owner = holderOf(port);
				const reached = has(statement) ? '' : ', and no file has it';
				return {
					code: has(statement) ? 'unknown-service' : 'unknown-callee',
					file,
					line,
					service: null,
					message:
						`${told(statement)}${reached}; the schema has no service of that name.` +
						(owner === null ? '' : ` By the plan ${plan.name} the number is that of ${owner}.`),
					fix: has(statement)
						? `Give ${name} a row and a number of its own (mana ports add), or take it out.`
						: `Take the call out, or add ${name} to the services.`,
				};
			})
			.concat(dangling);
	},
};

/** Whether it is said of the service itself, not by somebody who reaches for it. */
function has({ says }: PortStatement): boolean {
	return says === 'states' || says === 'sets' || says === 'listens' || says === 'publishes';
}

/** What a service itself does says more than what somebody writes about it. */
function byStrength(a: PortStatement, b: PortStatement): number {
	const order: readonly PortStatement['says'][] = ['publishes', 'listens', 'sets', 'states', 'calls', 'scrapes', 'routes'];
	return order.indexOf(a.says) - order.indexOf(b.says);
}

/** A way that ends at a number where neither the plan nor any of the files has anybody. */
export const leadsToNothing: Comparison = {
	finds: 'a route, call or scrape to a number where nothing listens',
	compare(statements, { holderOf, plan }) {
		const open = new Set(portsIn(statements, 'listens', 'publishes').map(({ port }) => port));
		const lost = portsIn(statements, 'calls', 'scrapes', 'routes').filter(
			({ service, inside, port }) =>
				service === null && !inside && port > highestOfInternet && holderOf(port) === null && !open.has(port),
		);
		return oncePer(lost, ({ file, by, port }) => `${file} ${by} ${port}`).map((statement): Disagreement => {
			const { file, line, port, says, by, name } = statement;
			const who = says === 'routes' || says === 'scrapes' ? `${by} leads to ${port}` : `${by} calls ${name} at ${port}`;
			return {
				code: 'leads-to-nothing',
				file,
				line,
				service: null,
				message: `${who}, where nothing listens: neither by the plan ${plan.name} nor by any of the files.`,
				fix: 'Correct the number, or take it out.',
			};
		});
	},
};
