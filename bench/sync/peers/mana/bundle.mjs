// What a page loads of ours: the client with its sockets, HTTP, IndexedDB and tabs, and a model.
import { collection, field } from '../../../../kit/model/index.ts';
import { openMana } from '../../../../kit/sync/client/browser/index.ts';

globalThis.bench = { collection, field, openMana };
