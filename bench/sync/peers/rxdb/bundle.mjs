import { createRxDatabase } from 'rxdb/plugins/core';
import { replicateWithWebsocketServer } from 'rxdb/plugins/replication-websocket';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';

globalThis.bench = { createRxDatabase, getRxStorageDexie, replicateWithWebsocketServer };
