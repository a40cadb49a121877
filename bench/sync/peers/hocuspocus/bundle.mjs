import { HocuspocusProvider } from '@hocuspocus/provider';
import { Doc, Map } from 'yjs';

globalThis.bench = { Doc, HocuspocusProvider, Map };
