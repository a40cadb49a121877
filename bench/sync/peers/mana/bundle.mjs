// What a page loads of ours: the client with its sockets, HTTP, IndexedDB and tabs, the conversation that an account loads before it is
// opened, and a model.
import { collection, field } from '../../../../kit/model/index.ts';
import { openMana } from '../../../../kit/sync/client/browser/index.ts';
import * as conversation from '../../../../kit/sync/client/conversation/index.ts';

globalThis.bench = { collection, conversation, field, openMana };
