import { Schema, TriplitClient } from '@triplit/client';

globalThis.bench = { Schema, TriplitClient };
