import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Ack } from '@mana/sync';
import type { PeerMeters } from './nodes/postgres.ts';

/** What mana-sync counts. Words only, never what people wrote. */
export interface Meters extends PeerMeters {
	/** @param transactions how many the push had */
	decided(ack: Ack, transactions: number): void;
	/** @param ms how long the oldest transaction of a push had waited on its device, by the stamp that it had there */
	waited(ms: number): void;
	/** A device asks from behind where it stood. */
	wentBack(): void;
	/** @param devices how many one commit served; @param ms until the disk had it */
	committed(devices: number, ms: number): void;
	/** A conversation ended with a BYE. */
	farewell(code: string): void;
	/** A reader got too slow for live frames. */
	fellBehind(): void;
	/** @param bytes sent by a state query */
	caughtUp(bytes: number): void;
	/** A client holds something else than the server, and looks for what it is. */
	differed(): void;
	/** @param bytes sent so that a client can mend what differs */
	mended(bytes: number): void;
	/** What stands in the store is not what was committed. */
	damaged(): void;
}

/** Registers the service's metrics. @param gauges read when somebody looks */
export function createMeters(
	registry: Registry,
	gauges: {
		readonly sockets: () => number;
		readonly behind: () => number;
		readonly unsentBytes: () => number;
		readonly waitingBytes: () => number;
		/** Whether this node may tell what spaces hold. */
		readonly mayTell: () => boolean;
		readonly presence: () => number;
	},
): Meters {
	const registers = [registry];
	const accepted = new Counter({ name: 'sync_transactions_accepted_total', help: 'Transactions that were accepted.', registers });
	const restamped = new Counter({
		name: 'sync_transactions_restamped_total',
		help: 'Accepted transactions whose stamp lay in the future.',
		registers,
	});
	const refused = new Counter({
		name: 'sync_transactions_refused_total',
		help: 'Transactions that were refused, by reason.',
		labelNames: ['code'],
		registers,
	});
	const farewells = new Counter({
		name: 'sync_farewells_total',
		help: 'Conversations that the server ended, by reason.',
		labelNames: ['code'],
		registers,
	});
	const behind = new Counter({
		name: 'sync_fell_behind_total',
		help: 'Times that a socket got too slow for live frames.',
		registers,
	});
	const caught = new Counter({ name: 'sync_catch_up_bytes_total', help: 'Bytes of state that was sent to catch up.', registers });
	const differing = new Counter({
		name: 'sync_digest_mismatches_total',
		help: 'Times that a client found that it holds something else than the server.',
		registers,
	});
	const mending = new Counter({
		name: 'sync_digest_repair_bytes_total',
		help: 'Bytes of state sent to mend what differed.',
		registers,
	});
	const damage = new Counter({
		name: 'sync_state_damaged_total',
		help: 'Times that a space was counted and held something else than its commits had written: its store is damaged.',
		registers,
	});
	const waiting = new Histogram({
		name: 'sync_outbox_age_seconds',
		help: 'How long the oldest transaction of a push had waited on its device.',
		buckets: [0.1, 1, 10, 60, 600, 3_600, 86_400, 604_800],
		registers,
	});
	const back = new Counter({
		name: 'sync_cursors_back_total',
		help: 'Times that a device asked from behind where it had stood.',
		registers,
	});
	const latency = new Histogram({
		name: 'sync_commit_duration_seconds',
		help: 'Time of one group commit, until it is on the disk.',
		buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5],
		registers,
	});
	const group = new Histogram({
		name: 'sync_commit_devices',
		help: 'Devices served by one group commit.',
		buckets: [1, 2, 5, 10, 20, 50, 100, 500],
		registers,
	});
	const hintsSent = new Counter({
		name: 'sync_hints_sent_total',
		help: 'Spaces of whose news other nodes were told.',
		registers,
	});
	const hintsHeard = new Counter({ name: 'sync_hints_heard_total', help: 'Spaces of whose news other nodes told.', registers });
	const found = new Counter({
		name: 'sync_looks_found_total',
		help: 'Spaces that had moved without a hint when this node looked.',
		registers,
	});
	const rights = new Histogram({
		name: 'sync_rights_known_seconds',
		help: 'Time until every node knew of a change of rights.',
		buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1],
		registers,
	});
	const fenced = new Counter({
		name: 'sync_nodes_fenced_total',
		help: 'Nodes that did not hear of a change of rights in time and were shut out.',
		registers,
	});
	gauge('sync_node_lease', '1 while this node may tell what spaces hold.', () => (gauges.mayTell() ? 1 : 0));
	gauge('sync_sockets', 'Open WebSockets.', gauges.sockets);
	gauge('sync_behind_sockets', 'Sockets that wait to catch up.', gauges.behind);
	gauge('sync_unsent_bytes', 'Bytes that sockets have not taken yet.', gauges.unsentBytes);
	gauge('sync_presence_values', 'Devices that said where they are.', gauges.presence);
	gauge('sync_waiting_bytes', 'Bytes of pushes that are not on the disk yet.', gauges.waitingBytes);
	return {
		decided(ack, transactions) {
			accepted.inc(transactions - ack.refused.length);
			restamped.inc(ack.restamped.length);
			for (const { code } of ack.refused) refused.inc({ code });
		},
		waited: (ms) => waiting.observe(Math.max(0, ms) / 1000),
		wentBack: () => back.inc(),
		committed(devices, ms) {
			group.observe(devices);
			latency.observe(ms / 1000);
		},
		farewell: (code) => farewells.inc({ code }),
		fellBehind: () => behind.inc(),
		caughtUp: (bytes) => caught.inc(bytes),
		differed: () => differing.inc(),
		mended: (bytes) => mending.inc(bytes),
		damaged: () => damage.inc(),
		hintsSent: (count) => hintsSent.inc(count),
		hintsHeard: (count) => hintsHeard.inc(count),
		lookFound: (spaces) => found.inc(spaces),
		everybodyHeard(ms, shut) {
			rights.observe(ms / 1000);
			fenced.inc(shut);
		},
	};

	function gauge(name: string, help: string, read: () => number): void {
		const metric: Gauge = new Gauge({ name, help, registers: [], collect: () => metric.set(read()) });
		registry.registerMetric(metric);
	}
}
