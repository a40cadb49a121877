/** What a client needs only where there is a server: a guest's page never loads it. */
export { chunkShelf } from './chunk-shelf.ts';
export { Upstream } from './upstream.ts';
/** How what is here is compared with what the server has: loaded when that is due for the first time. */
export const checkup = () => import('./checkup.ts');
/** Who else is there right now: loaded when somebody wants to know. */
export const presence = () => import('./presence.ts');
