import { LoroAdaptor } from 'loro-adaptors/loro';
import { LoroDoc } from 'loro-crdt';
import { LoroWebsocketClient } from 'loro-websocket';

globalThis.bench = { LoroAdaptor, LoroDoc, LoroWebsocketClient };
