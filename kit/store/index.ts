export { type BlobHash, blobHash, type BlobInfo, type Blobs, openBlobs, type PutOptions } from './blobs.ts';
export { type Bus, openBus, type SubscribeOptions } from './bus.ts';
export { type Clock, systemClock } from './clock.ts';
export {
	type EnqueueOptions,
	type Job,
	type JobHandler,
	type JobHandlers,
	type Jobs,
	type JobsOptions,
	openJobs,
	type RunningJob,
} from './jobs.ts';
export { forgetJobs } from './jobs/forget.ts';
export type { Migration, Migrations } from './migrate.ts';
export { openStore, type PostgresStore, type SqliteStore, type Store, type StoreOptions } from './open.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
