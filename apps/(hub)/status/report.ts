import type { ListedRange, ListedService } from '@mana/schema/registry/listed';

/** How a service is, as the hub found it. */
export type Health = 'ready' | 'not-ready' | 'silent' | 'stranger';

/** One service, as `/api/mana-web/status` tells it. What only owner and admins may know is left out for others. */
export interface ServiceReport {
	readonly name: string;
	readonly range: string;
	readonly health: Health;
	readonly version: string | null;
	/** ISO 8601, UTC. */
	readonly since: string | null;
	readonly host?: string;
	readonly port?: number;
	readonly pid?: number | null;
	readonly reason?: string | null;
}

export interface StatusReport {
	/** When the services were asked; ISO 8601, UTC. */
	readonly at: string;
	readonly version: string;
	readonly details: boolean;
	readonly services: readonly ServiceReport[];
}

/** A range with what it holds: services, the doors of apps, and names that are kept for later. */
export interface RangeMap {
	readonly range: ListedRange;
	readonly services: readonly ServiceReport[];
	readonly doors: readonly ServiceReport[];
	readonly planned: readonly ListedService[];
}

/** The whole house by its ranges; ranges that hold nothing of ours are left out. */
export function mapOf(
	{ services: reports }: Pick<StatusReport, 'services'>,
	ranges: readonly ListedRange[],
	listed: readonly ListedService[],
): RangeMap[] {
	const told = new Map(reports.map((report) => [report.name, report]));
	return ranges
		.map((range) => {
			const rows = listed.filter((row) => row.range === range.name);
			const live = rows.flatMap((row) => {
				const report = told.get(row.name);
				return report ? [{ report, isDoor: row.door !== null && row.door.path !== '/' }] : [];
			});
			return {
				range,
				services: live.filter(({ isDoor }) => !isDoor).map(({ report }) => report),
				doors: live.filter(({ isDoor }) => isDoor).map(({ report }) => report),
				planned: rows.filter((row) => row.status === 'planned' && !told.has(row.name)),
			};
		})
		.filter(({ services, doors, planned }) => services.length + doors.length + planned.length > 0);
}

/** What may lie on a device after its person has left it: nothing that is only for the owner and admins. */
export function withoutDetails(report: StatusReport): StatusReport {
	const services = report.services.map(({ name, range, health, version, since }) => ({ name, range, health, version, since }));
	return { ...report, details: false, services };
}
