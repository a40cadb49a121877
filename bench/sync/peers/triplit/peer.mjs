// Triplit (AGPL: run here, never linked with anything of ours): its Node server on memory storage, clients in memory.
import { createRequire } from 'node:module';
import { TriplitClient } from '@triplit/client';
import { createServer } from '@triplit/server';
import { WebSocket } from 'ws';
import { FIELDS, fieldName, isNumber, rowName, rowOf } from '../../actor/data.mjs';
import { freePort } from '../free-port.mjs';
import { versionsOf } from '../versions.mjs';

globalThis.WebSocket ??= WebSocket;

export const peer = {
	name: 'triplit',
	about: () => ({
		versions: versionsOf(createRequire(import.meta.url), ['@triplit/server', '@triplit/client', '@triplit/db', 'ws']),
		config: "createServer({ storage: 'memory' }), TriplitClient in memory, schemaless, one subscription to all rows",
		ack: 'the server has taken it (in memory)',
		durable: false,
	}),
};
void [TriplitClient, createServer, FIELDS, fieldName, isNumber, rowName, rowOf, freePort];
