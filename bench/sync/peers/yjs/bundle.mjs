import { IndexeddbPersistence } from 'y-indexeddb';
import { WebsocketProvider } from 'y-websocket';
import { Doc, Map } from 'yjs';

globalThis.bench = { Doc, IndexeddbPersistence, Map, WebsocketProvider };
