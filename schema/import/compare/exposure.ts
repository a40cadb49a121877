import { at, type Comparison, type Disagreement, oncePer, portsIn } from '../disagreement.ts';
import type { LabelStatement, NameStatement, PublicStatement } from '../statement.ts';

/** Up to here are the services of the internet (web, mail), which a proxy or a mail server opens to it on purpose. */
const highestOfInternet = 1023;

/** What is published without an address is open to the whole network, past most firewalls. */
export const onAllInterfaces: Comparison = {
	finds: 'a port that is published on every address of its host',
	compare: (statements, { exposureOf }) =>
		oncePer(
			portsIn(statements, 'publishes').filter(
				({ at: address, service, port }) =>
					address === null && (service === null ? port > highestOfInternet : exposureOf(service) !== 'lan'),
			),
			({ file, name }) => `${file} ${name}`,
		).map(({ file, line, name, service, port }) => ({
			code: 'all-interfaces',
			file,
			line,
			service,
			message: `${name} is published on ${port} of every address of the host, so the whole network reaches it.`,
			fix: `Write 127.0.0.1:${port}:… and let the proxy alone be reached from outside.`,
		})),
};

/** A public name that somebody was given and that no tunnel or proxy leads anywhere. Said only where their files are there. */
export const namesWithoutRoute: Comparison = {
	finds: 'a public name that is handed out and not routed',
	compare(statements) {
		const led = new Set(publicIn(statements, 'leads').map(({ host }) => host));
		const domains = new Set([...led].map(domainOf));
		const isLed = (host: string) => led.has(host) || led.has(`*.${host.split('.').slice(1).join('.')}`);
		return oncePer(
			publicIn(statements, 'hands-out').filter(({ host }) => domains.has(domainOf(host)) && !isLed(host)),
			({ host }) => host,
		).map(({ file, line, host, by }): Disagreement => ({
			code: 'name-without-route',
			file,
			line,
			service: null,
			message: `${by} is told of ${host}, which no tunnel and no proxy leads anywhere.`,
			fix: `Add a route for ${host}, or take the name out.`,
		}));
	},
};

/** Of two rules for one name the first one is taken, and the second never reached. */
export const routedTwice: Comparison = {
	finds: 'a public name that one file routes twice',
	compare: (statements) =>
		[...Map.groupBy(publicIn(statements, 'leads'), ({ file, by }) => `${file} ${by}`).values()].flatMap(
			([first, second]): Disagreement[] =>
				first && second
					? [
							{
								code: 'routed-twice',
								file: second.file,
								line: second.line,
								service: null,
								message: `${second.by} is routed here and at ${at(first)}. Only the first one is ever taken.`,
								fix: 'Take one of the two out.',
							},
						]
					: [],
		),
};

function publicIn(statements: readonly { readonly kind: string }[], kind: PublicStatement['kind']): PublicStatement[] {
	return statements.filter((statement): statement is PublicStatement => statement.kind === kind);
}

function domainOf(host: string): string {
	return host.split('.').slice(-2).join('.');
}

/** Labels for a proxy that is not there route nothing, and look as if they did. */
export const idleLabels: Comparison = {
	finds: 'labels for a reverse proxy that does not run',
	compare(statements) {
		const names = statements.filter((statement): statement is NameStatement => statement.kind === 'name');
		const labels = statements.filter((statement): statement is LabelStatement => statement.kind === 'proxy-label');
		const idle = labels.filter(({ proxy }) => !names.some(({ name }) => name.includes(proxy)));
		return oncePer(idle, ({ file, by, proxy }) => `${file} ${by} ${proxy}`).map(({ file, line, by, proxy }) => ({
			code: 'idle-labels',
			file,
			line,
			service: null,
			message: `${by} has labels for ${proxy}, and no ${proxy} runs.`,
			fix: 'Take the labels out.',
		}));
	},
};
