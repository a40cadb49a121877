import { at, type Comparison, type Disagreement, listed, oncePer, portsIn } from '../disagreement.ts';
import type { PortStatement, Statement } from '../statement.ts';
import type { Yardstick } from '../yardstick.ts';

const codes: Readonly<Record<PortStatement['says'], string>> = {
	states: 'wrong-port',
	sets: 'wrong-port',
	listens: 'wrong-port',
	publishes: 'wrong-port',
	calls: 'wrong-call',
	scrapes: 'wrong-scrape',
	routes: 'wrong-route',
};

/** A number that is not the one of the service it is said to be of. Said several times in one file, it counts once. */
export const wrongNumbers: Comparison = {
	finds: 'a service on, or reached at, another number than the plan gives it',
	compare(statements, yardstick) {
		const wrong = portsIn(statements).filter((statement) => !isRight(statement, yardstick));
		const same = ({ file, says, service, name, by, port }: PortStatement) =>
			[file, codes[says], service ?? name, by, port].join(' ');
		return oncePer(wrong, same).map((statement) => disagreement(statement, statements, yardstick));
	},
};

function isRight(statement: PortStatement, yardstick: Yardstick): boolean {
	const { service, inside, says, port } = statement;
	const opened = says === 'listens' ? [] : yardstick.openedBy(statement);
	// Who reaches into a container is right when it reaches what the container opens; that itself is judged where it is stated.
	if (inside && opened.some((other) => other.port === port)) return true;
	if (inside && opened.length > 0 && says !== 'states') return false;
	if (service === null) return true;
	const ports = yardstick.portsOf(service);
	if (ports.includes(port)) return true;
	if (!inside) return false;
	const engine = yardstick.rowOf(service)?.engine;
	if (engine && Object.values(engine.inside).includes(port)) return true;
	// Inside of a container a number is free where its host opens another one for it: then that one is judged.
	return says === 'listens' && mapped(statement, yardstick).some((host) => host !== port);
}

/** The numbers that hosts open for what a container opens. */
function mapped({ service, name, port }: PortStatement, { openedBy }: Yardstick): number[] {
	return openedBy({ service, name }).flatMap((other) => (other.port === port && other.at !== null ? [Number(other.at)] : []));
}

function disagreement(statement: PortStatement, statements: readonly Statement[], yardstick: Yardstick): Disagreement {
	const { says, service, file, line } = statement;
	const every = statement.inside && says !== 'listens' ? yardstick.openedBy(statement) : [];
	const good = every.filter((other) => isRight(other, yardstick));
	const opened = good.length > 0 ? good : every;
	const right = opened.length > 0 ? opened.map((other) => other.port) : service === null ? [] : yardstick.portsOf(service);
	const numbers = listed([...new Set(right)].map(String));
	const truth = opened[0] ? `it opens ${numbers} (${at(opened[0])})` : `the plan ${yardstick.plan.name} has ${numbers}`;
	return {
		code: codes[says],
		file,
		line,
		service,
		message: `${told(statement)}, but ${truth}.${elsewhere(statement, statements)}`,
		fix: opened[0] && good.length === 0 ? fixOfBoth(statement, opened[0], yardstick) : `Put ${numbers} there.`,
	};
}

/** Where the container itself opens a wrong number, whoever follows it would have to change once more. */
function fixOfBoth({ port }: PortStatement, opened: PortStatement, { portsOf }: Yardstick): string {
	const ports = opened.service === null ? [] : portsOf(opened.service);
	return ports.includes(port)
		? `Leave it, and put ${port} at ${at(opened)}: that is the plan's.`
		: `Put ${listed(ports.map(String))} here and at ${at(opened)}: that is the plan's.`;
}

/** What a statement says, as a sentence about the service. */
export function told({ says, service, name, port, by }: PortStatement): string {
	const who = service === null || service === name ? name : `${service} (here "${name}")`;
	switch (says) {
		case 'states':
			return `${who} is said to have ${port}`;
		case 'sets':
			return `${who} is set to ${port}`;
		case 'listens':
			return `${who} listens on ${port}`;
		case 'publishes':
			return `${who} is published on ${port}`;
		case 'calls':
			return `${by} calls ${who} at ${port}`;
		case 'scrapes':
			return `${by} scrapes ${who} at ${port}`;
		case 'routes':
			return `${by} leads to ${who} at ${port}`;
	}
}

/** What other files say of the same service, where it is another number. */
function elsewhere({ service, file, port }: PortStatement, statements: readonly Statement[]): string {
	const others = oncePer(
		portsIn(statements).filter(
			(other) => service !== null && other.service === service && other.file !== file && other.port !== port,
		),
		(other) => `${other.file} ${other.port}`,
	);
	if (others.length === 0) return '';
	return ` Elsewhere: ${listed(others.slice(0, 4).map((other) => `${at(other)} has ${other.port}`))}.`;
}

/** What the schema does not know has no number to compare with, but its files must say the same of it. */
export const unknownDisagree: Comparison = {
	finds: 'a service that has no row, on different numbers in different files',
	compare(statements) {
		const unknown = portsIn(statements, 'states', 'sets', 'listens', 'publishes').filter(({ service }) => service === null);
		return [...new Set(unknown.map(({ name }) => name))].flatMap((name): Disagreement[] => {
			const said = unknown.filter((statement) => statement.name === name);
			const [first] = said;
			const other = said.find(
				({ file, port }) => file !== first?.file && !said.some((mine) => mine.file === first?.file && mine.port === port),
			);
			if (!first || !other) return [];
			const { file, line } = other;
			const message = `${told(other)}, but by ${at(first)} it has ${first.port}.`;
			return [{ code: 'files-disagree', file, line, service: null, message, fix: 'Make the two say the same.' }];
		});
	},
};
