export { type Clock, systemClock } from './clock.ts';
export type { Migration, Migrations } from './migrate.ts';
export { openStore, type PostgresStore, type SqliteStore, type Store, type StoreOptions } from './open.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
