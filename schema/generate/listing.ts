import type { Range } from '../ranges.ts';
import type { ServiceRow } from '../row.ts';
import { type Generator, generatedNote } from './generator.ts';

/** Ranges and services for the browser, where pages may import the registry but not the schema. */
export const listing: Generator = {
	name: 'listing',
	makes: 'every range and service for the status page and the launcher, as a module for the browser',
	files: ({ ranges, services }) => [{ path: 'schema/registry/services.ts', text: listingText(ranges, services) }],
};

function listingText(ranges: readonly Range[], services: readonly ServiceRow[]): string {
	return [
		`// ${generatedNote}\n`,
		"import type { ListedRange, ListedService } from './listed.ts';\n",
		'\n/** Every range, in the order of its numbers. */\n',
		listed('ranges: readonly ListedRange[]', ranges.map(listedRange)),
		'\n/** Every service, in the order of its main port. */\n',
		listed('services: readonly ListedService[]', services.map(listedService)),
	].join('');
}

function listedRange({ name, title, spans }: Range) {
	return { name, title, spans };
}

function listedService({ name, range, ports, kind, status, description, needs, door }: ServiceRow) {
	return {
		name,
		range,
		ports: ports.map(({ name, port, protocol }) => ({ name, port, protocol })),
		kind,
		status,
		description,
		needs,
		door: door ? { app: door.app, path: door.path, server: door.server } : null,
	};
}

/** One entry a line, so that a change of a row is a change of a line. */
function listed(declared: string, entries: readonly object[]): string {
	return `export const ${declared} = [\n${entries.map((entry) => `\t${JSON.stringify(entry)},\n`).join('')}];\n`;
}
