import { forEachHost, type Generator, generatedNote } from './generator.ts';
import { bun, mayRun, places, preparation, upCommand } from './units/places.ts';
import { element, xmlFile } from './units/xml.ts';

const { checkout, home } = places.macos;

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/** A job of launchd: `mana up`, from the start of the machine on, whoever is logged in. */
export const launchd: Generator = {
	name: 'launchd',
	makes: 'the launchd job that starts what a plan puts on a Mac',
	files: forEachHost((facts) => {
		const { deployed, folder, host, plan } = facts;
		if (!mayRun(facts, 'macos') || !deployed.some(({ as }) => as !== 'engine')) return [];
		const engines = deployed.filter(({ as }) => as === 'engine').map(({ row, ports }) => `${row.name} on ${ports[0].port}`);
		const job: Value = {
			Label: 'mana',
			ProgramArguments: [`${checkout}/${bun}`, ...upCommand(facts)],
			WorkingDirectory: checkout,
			EnvironmentVariables: { HOME: home, MANA_HOME: home },
			UserName: '_mana',
			Umask: 0o077,
			RunAtLoad: true,
			KeepAlive: { SuccessfulExit: false },
			ThrottleInterval: 5,
			ExitTimeOut: 30,
			// macOS gives a job 256 files, which a hub with as many sockets would use up.
			SoftResourceLimits: { NumberOfFiles: 8192 },
			HardResourceLimits: { NumberOfFiles: 8192 },
			StandardErrorPath: `${home}/launchd.log`,
			StandardOutPath: `${home}/launchd.log`,
		};
		const remarks = [
			generatedNote,
			`${host.title}, in the plan "${plan.title}".`,
			preparation(places.macos),
			'Once: sudo sysadminctl -addUser _mana -UID 480 -roleAccount',
			`Once: sudo install -d -o _mana -m 700 ${home}`,
			`sudo install -m 644 ${checkout}/${folder}/launchd/mana.plist /Library/LaunchDaemons/`,
			'sudo launchctl bootstrap system /Library/LaunchDaemons/mana.plist',
			...(engines.length > 0
				? [`Not started by it, since they are engines with installers of their own: ${engines.join(', ')}.`]
				: []),
		];
		const doctype = '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">';
		return [
			{
				path: `${folder}/launchd/mana.plist`,
				text: xmlFile(remarks, [doctype, '<plist version="1.0">', ...lines(job), '</plist>']),
			},
		];
	}),
};

/** A value as a property list spells it (plist(5)). */
function lines(value: Value): string[] {
	if (typeof value === 'string') return [element('string', value)];
	if (typeof value === 'number') return [element('integer', String(value))];
	if (typeof value === 'boolean') return [value ? '<true/>' : '<false/>'];
	if (isList(value)) return ['<array>', ...indented(value.flatMap(lines)), '</array>'];
	return [
		'<dict>',
		...indented(Object.entries(value).flatMap(([key, inner]) => [element('key', key), ...lines(inner)])),
		'</dict>',
	];
}

function isList(value: readonly Value[] | { readonly [key: string]: Value }): value is readonly Value[] {
	return Array.isArray(value);
}

function indented(all: readonly string[]): string[] {
	return all.map((line) => `\t${line}`);
}
