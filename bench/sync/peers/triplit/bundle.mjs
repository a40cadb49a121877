import { Schema as S, TriplitClient } from '@triplit/client';
import { IndexedDbStorage } from '@triplit/client/storage/indexeddb';

globalThis.bench = { IndexedDbStorage, S, TriplitClient };
