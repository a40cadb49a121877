/** How chunks of snapshots are read: loaded when the first one comes, from the server or from the disk. */
export { decodeChunk } from '../../snapshot/chunk.ts';
