import { models } from '@mana/schema/registry/models';
import { partsIn } from '@mana/model';
import { answers, callerNetwork, defineService, guard, guardService, openNotifier, problem, query, upgrade } from '@mana/service';
import { limits } from '@mana/sync';
import { PartSums } from '@mana/sync/space/index';
import { openBlobs, openStore } from '@mana/store';
import { join } from 'node:path';
import { z } from 'zod';
import { archiveRoutes } from './leaving/archive-routes.ts';
import type { LeavingParts } from './leaving/person.ts';
import { leavingRoutes } from './leaving/routes.ts';
import { collectBlobs } from './blobs/collection.ts';
import { examineBlobs } from './blobs/doctor.ts';
import { BlobKeeper } from './blobs/keeper.ts';
import { blobRoutes } from './blobs/routes.ts';
import { Shelf } from './blobs/shelf.ts';
import { Buckets } from './bucket.ts';
import { Cursors } from './cursors.ts';
import { Digests } from './digests/digests.ts';
import { exchange, LONGEST_WAIT_MS } from './exchange.ts';
import { Fanout, SILENT } from './fanout.ts';
import { RecordHistory } from './history/record-history.ts';
import { historyRoute } from './history/route.ts';
import type { CommitterEvents } from './committer/committer.ts';
import { createMeters } from './metrics.ts';
import { openPeers, openSpaces } from './open-spaces.ts';
import type { Door } from './session.ts';
import { Sockets } from './sockets.ts';
import { changesOf, framesOf, linesOf } from './streams.ts';
import { chunkResponse } from './snapshots/route.ts';
import { CHUNK_GRACE_MS } from './snapshots/chunk-keeper.ts';
import { sweepChunks } from './snapshots/sweep.ts';
import { Snapshots } from './snapshots/snapshots.ts';
import { backfillRoutes } from './routes/backfill.ts';
import { PART } from './spaces/space-keeper.ts';
import type { PeerEvents } from './nodes/peers.ts';
import { LogPruning } from './log-pruning.ts';
import { MembershipStream } from './membership-stream.ts';
import { Presence } from './presence.ts';
import { ProjectionStream } from './projection-stream.ts';
import { SharedReads } from './shared-reads.ts';
import { serviceRoutes } from './service-routes.ts';
import { spaceRoutes } from './routes.ts';
import { MailedInvitations } from './mailed-invitations.ts';
import { Directory } from './spaces/directory.ts';
import { tidySpaces } from './tidy/tidy.ts';
import { migrations, type SyncTables } from './store.ts';

export { bumpEpochs } from './restore.ts';
export type { SpaceRoutes } from './routes.ts';

const SWEEP_MS = 1000;
/** Between two reads of a part that is counted: about a fifth of a core goes there at most. */
const COUNT_REST_MS = 5;
const PRUNE_MS = 3600_000;
/** What is published between two looks at the log, at most. */
const PRUNE_AFTER_BYTES = 8 * 1024 * 1024;
const COLLECT_MS = 24 * 3600_000;
const TIDY_MS = 24 * 3600_000;
const parts = partsIn(models).map(({ collection, field }) => ({ collection: collection.number, field }));
const GIB = 1024 ** 3;
/** Largest body of an exchange: a handful of full frames. */
const BODY_BYTES = 4 * limits.frameBytes;

/** mana-sync: keeps every space, decides every write, tells every device. The wire's answers are listed in `README.md`. */
export const service = defineService({
	name: 'mana-sync',
	config: {
		opsPerSecond: z.number().int().positive().default(20_000).describe('ops that a device may send each second for ever'),
		opsBurst: z.number().int().positive().default(400_000).describe('ops that a device may send at once'),
		connectsPerMinute: z.number().int().positive().default(120).describe('connections that a person may begin each minute'),
		blobSpaceBytes: z
			.number()
			.int()
			.positive()
			.default(20 * GIB)
			.describe('bytes of files that a space may keep'),
		blobPersonBytes: z
			.number()
			.int()
			.positive()
			.default(20 * GIB)
			.describe('bytes of files that a person may keep, in all spaces'),
	},
	limits: { bodyBytes: BODY_BYTES, shutdownMs: 3_000 },
	async open({ config, home, databaseUrl, publicUrl, clock, random, log, registry, verifyToken, identity, addressOf, publish }) {
		const store = await openStore<SyncTables>({ service: 'mana-sync', home, databaseUrl, migrations });
		const noted = await backfillRoutes(store, models);
		if (noted > 0) log.info({ noted }, 'found out where records stand in fields that route now');
		const now = () => clock.now();
		const fanout = new Fanout({
			publish,
			read: (space, after) => spaces.readSince(space, after, PART.cells),
			mayTell: () => peers.mayTell(),
			failed: (error) => log.error({ err: error }, 'what other nodes wrote could not be read'),
		});
		const peerEvents: PeerEvents = {
			hinted(space, seq) {
				fanout.hinted(space, seq);
				projections.changed(space, false);
			},
			saw: (frame) => presence.heard(frame),
			rightsChanged(space, aclEpoch) {
				fanout.rightsChanged(space, aclEpoch);
				projections.changed(space, true);
				memberships.wake();
			},
			silenced: () => fanout.silence(),
			forgot: () => fanout.forget(),
			resumed: () => fanout.resume(),
			heads: () => fanout.heads(),
		};
		const events: CommitterEvents = {
			published(change) {
				const bytes = change.frames.reduce((sum, { length }) => sum + length, 0);
				fanout.publish(change);
				pruning.published(bytes);
				peers.moved(change.space, change.to);
				if (change.members) {
					memberships.wake();
					peers.rightsMoved();
				}
				snapshots.published(change.space, bytes, change.to);
				projections.changed(change.space, change.members);
			},
			uncertain(of) {
				for (const space of of) fanout.doubt(space);
				projections.doubt();
			},
			committed: (devices, ms) => meters.committed(devices, ms),
		};
		const meters = createMeters(registry, {
			sockets: () => sockets.count,
			behind: () => sockets.behind,
			unsentBytes: () => sockets.unsentBytes,
			waitingBytes: () => committer.waitingBytes,
			mayTell: () => peers.mayTell(),
			presence: () => presence.size,
		});
		const memberships = new MembershipStream(store);
		const peers = openPeers(store, { events: peerEvents, clock, random, meters, log });
		const { spaces, committer, chunks, sums, build, close } = openSpaces(store, events, peers, now);
		const digests = new Digests(
			sums,
			(...question) => chunks.readRecords(...question),
			(space) => {
				meters.damaged();
				log.error(
					{ space },
					'what stands in this space is not what was committed there: look at the disk, and at the last backups',
				);
			},
		);
		const partSums = new PartSums(spaces, { rest: () => Bun.sleep(COUNT_REST_MS) });
		const snapshots = new Snapshots({ keeper: chunks, build, log });
		const projections = new ProjectionStream(store, spaces, now, () => fanout.mayTell);
		const directory = new Directory(store);
		const history = new RecordHistory(store, directory);
		const door: Door = {
			committer,
			verifyToken,
			clock,
			jitter: (from, to) => from + Math.floor(((random(new Uint8Array(1))[0] ?? 0) / 256) * (to - from)),
			ops: new Buckets({ burst: config.opsBurst, perSecond: config.opsPerSecond }, now),
			connects: new Buckets({ burst: config.connectsPerMinute, perSecond: config.connectsPerMinute / 60 }, now),
			cursors: new Cursors(),
			meters,
		};
		const presence = new Presence({
			now: () => performance.now(),
			later(ms, job) {
				const timer = setTimeout(job, ms);
				return () => clearTimeout(timer);
			},
			relay: { say: (frame) => peers.saw(frame) },
		});
		const sockets = new Sockets(
			door,
			{ store: spaces, fanout, meters, snapshots, digests, partSums, reads: new SharedReads(spaces) },
			presence,
			log,
		);
		const sweeping = setInterval(() => sockets.sweep(), SWEEP_MS);
		const stopping = new AbortController();
		const pruning = new LogPruning({
			step: () => committer.prune(),
			beside: () => memberships.prune(),
			afterBytes: PRUNE_AFTER_BYTES,
			signal: stopping.signal,
			log,
		});
		// Also starts the writer, so that the first push does not wait for it.
		pruning.again();
		const pruningAgain = setInterval(() => pruning.again(), PRUNE_MS);
		const shelf = new Shelf(await openBlobs(join(home, 'mana-sync', 'blobs'), clock));
		const quotas = { spaceBytes: config.blobSpaceBytes, personBytes: config.blobPersonBytes };
		const keeper = new BlobKeeper(store, shelf, quotas, now);
		let tidying = tidy();
		const tidyingAgain = setInterval(() => (tidying = tidying.then(tidy)), TIDY_MS);
		let chunkSweep = sweepOld();
		const chunkSweeping = setInterval(() => (chunkSweep = chunkSweep.then(sweepOld)), CHUNK_GRACE_MS);
		let collection = collect();
		const collecting = setInterval(() => (collection = collection.then(collect)), COLLECT_MS);

		/** What was followed is compared with the state before anything is removed by it. */
		async function collect(): Promise<void> {
			try {
				const { wrong, lost, references } = await examineBlobs(store, shelf, stopping.signal);
				if (wrong + lost > 0) log.error({ wrong, lost, references }, 'files were not kept as the state says');
				const gone = await peers.alone('collection of files', () => collectBlobs(store, shelf, now(), stopping.signal));
				if (gone) log.info({ ...gone, references }, 'collected files that no record names');
			} catch (error) {
				if (!stopping.signal.aborted) log.error({ err: error }, 'files could not be collected');
			}
		}

		async function sweepOld(): Promise<void> {
			try {
				const swept = await sweepChunks(store, now(), stopping.signal);
				if (swept > 0) log.info({ chunks: swept }, 'removed chunks that no snapshot names any more');
			} catch (error) {
				if (!stopping.signal.aborted) log.error({ err: error }, 'old chunks of snapshots could not be removed');
			}
		}

		async function tidy(): Promise<void> {
			try {
				const done = await tidySpaces(store, committer, parts, now(), stopping.signal);
				if (done.purged + done.forgotten + done.folded > 0) log.info(done, 'cleared away what had been there for long enough');
			} catch (error) {
				if (!stopping.signal.aborted) log.error({ err: error }, 'old records could not be removed');
			}
		}

		const leaving: LeavingParts = {
			store,
			committer,
			directory,
			shelf,
			random,
			now,
			ended(space) {
				fanout.doubt(space);
				projections.doubt();
			},
			rightsMoved() {
				memberships.wake();
				peers.rightsMoved();
			},
		};
		// Who asks at once is not sent away.
		await peers.began;
		return {
			routes: (app) =>
				serviceRoutes(
					spaceRoutes(
						historyRoute(
							blobRoutes(
								archiveRoutes(leavingRoutes(app, identity, leaving), {
									store,
									directory,
									keeper,
									shelf,
									verifyToken,
									identity,
									log,
								}),
								{
									keeper,
									shelf,
									directory,
									verifyToken,
									identity,
									log,
								},
							),
							history,
							verifyToken,
						),
						{
							committer,
							directory,
							verifyToken,
							publicUrl,
							clock,
							random,
							mails: new MailedInvitations(openNotifier({ address: addressOf('mana-notify'), identity }), clock),
						},
					),
					{
						committer,
						directory,
						projections,
						verifyToken,
						identity,
						ops: door.ops,
						stream: (frames) => changesOf(frames, log),
						stopping: stopping.signal,
					},
				)
					.get(
						'/membership-changes',
						guardService(identity),
						answers('For services: who is in which space, line by line (NDJSON), for ever', z.string()),
						query(z.object({ history: z.coerce.number().int().optional(), after: z.coerce.number().int().min(0).optional() })),
						(c) => {
							const { history, after } = c.req.valid('query');
							const since = history === undefined || after === undefined ? null : { history, after };
							const signal = AbortSignal.any([c.req.raw.signal, stopping.signal]);
							const headers = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' };
							return c.body(linesOf(memberships.lines(since, signal), log), 200, headers);
						},
					)
					.get('/socket', answers('WebSocket: binary frames, see kit/sync/frames.ts', null, 101), (c) =>
						upgrade(c, sockets.begin(callerNetwork(c))),
					)
					.post(
						'/exchange',
						answers('The same frames in one request, each behind its length (4 bytes, big-endian)', z.string()),
						query(z.object({ wait: z.coerce.number().int().min(0).max(LONGEST_WAIT_MS).default(0) })),
						async (c) => {
							const body = new Uint8Array(await c.req.arrayBuffer());
							const signal = AbortSignal.any([c.req.raw.signal, stopping.signal]);
							const { wait: waitMs } = c.req.valid('query');
							const frames = exchange(body, { door, fanout, store: spaces, digests, partSums, waitMs, signal });
							return c.body(framesOf(frames, meters), 200, {
								'content-type': 'application/octet-stream',
								'cache-control': 'no-store',
							});
						},
					)
					.get(
						'/chunks/:space/:hash',
						answers('A chunk of a snapshot, named by a SNAPSHOT frame', z.string()),
						guard(verifyToken),
						(c) => chunkResponse(chunks, fanout, c.get('person').id, c.req.param('space'), c.req.param('hash')),
					),
			websocket: sockets.handlers,
			async ready() {
				// First: who lost sight of the database would wait for it below.
				if (!fanout.mayTell) throw problem(503, 'silent', SILENT);
				await store.db.selectFrom('space').select('seq').limit(1).execute();
			},
			async close() {
				stopping.abort();
				clearInterval(sweeping);
				clearInterval(pruningAgain);
				clearInterval(collecting);
				clearInterval(tidyingAgain);
				clearInterval(chunkSweeping);
				await pruning.idle();
				await collection;
				await tidying;
				await chunkSweep;
				sockets.close();
				await committer.close();
				await snapshots.close();
				await peers.close();
				close();
				await store.close();
			},
		};
	},
});

if (import.meta.main) await service.run();
