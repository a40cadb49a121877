import { speaksHttp } from '../row.ts';
import { type Finding, finding, type Scene } from './scene.ts';

/** RFC 1123, section 2.1, with at least one dot. */
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A name of the internet leads to one port of one service that runs, speaks HTTP and may be reached from outside. */
export function* publicNamesLead({ plan, services, placed }: Scene): Generator<Finding> {
	const leads = new Map<string, string>();
	for (const { name, service, port = 'main' } of plan.publicNames) {
		const about = [name, service];
		if (!hostName.test(name))
			yield finding('bad-public-name', about, `"${name}" is no host name of the internet.`, 'Write it as mana.example.org.');
		const other = leads.get(name);
		if (other !== undefined)
			yield finding(
				'public-name-twice',
				[other, service],
				`The public name ${name} leads to ${other} and to ${service}.`,
				'Keep one of the two routes.',
			);
		leads.set(name, service);
		const row = services.find((candidate) => candidate.name === service);
		const target = placed.find((entry) => entry.row === row && entry.port.name === port);
		if (!row || !placed.some((entry) => entry.row === row))
			yield finding(
				'public-name-to-nothing',
				about,
				`The public name ${name} leads to ${service}, which ${row ? 'no host of the plan runs' : 'has no row'}.`,
				`Place ${service} on a host, or drop the name.`,
			);
		else if (!target)
			yield finding(
				'public-name-to-nothing',
				about,
				`The public name ${name} leads to the port "${port}" of ${service}, which has none of that name.`,
				`Name one of ${row.ports.map((own) => `"${own.name}"`).join(', ')}.`,
			);
		else if (!speaksHttp(target.port))
			yield finding(
				'public-name-to-nothing',
				about,
				`The public name ${name} leads to ${service}, which does not speak HTTP.`,
				'Drop the name: the proxy passes on HTTP only.',
			);
		else if (target.exposure !== 'proxy')
			yield finding(
				'public-name-not-exposed',
				about,
				`The public name ${name} leads to ${service}, which this plan keeps from the world (${target.exposure}).`,
				`Set the exposure of ${service} to proxy in this plan, or drop the name.`,
			);
	}
}
