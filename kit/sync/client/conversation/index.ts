/** What a client needs only where there is a server: a guest's page never loads it. */
export { chunkShelf } from './chunk-shelf.ts';
export { Upstream } from './upstream.ts';
/** How what is here is compared with what the server has: loaded when that is due for the first time. */
export const checkup = () => import('./checkup.ts');
/** Cells from which on something is done in slices, by what is loaded when the first of it comes. */
export const least: number = 512;
export const large = () => import('../large/index.ts');
/** How chunks of snapshots are read. */
export { chunks } from './chunk-shelf.ts';
/** Who else is there right now: loaded when somebody wants to know. */
export const presence = () => import('./presence.ts');
