import { Repo } from '@automerge/automerge-repo';
import { WebSocketClientAdapter } from '@automerge/automerge-repo-network-websocket';

globalThis.bench = { Repo, WebSocketClientAdapter };
