/**
 * The services that keep something of people, besides mana-auth: an archive asks each of them, and so does an erasure. A test finds each that opens a store and is not here.
 */
export const keepers = ['mana-sync', 'mana-notify', 'mana-user', 'calendar-server', 'contacts-server'] as const;

/**
 * Services whose whole store is a copy of what mana-sync has (a projection): it is among mana-sync's records, and goes with the space.
 */
export const copies = ['todo-server'] as const;

/** Servers of apps that write people's records in formats of others, too. A test finds each that can and is not here. */
export const openFormatServices = ['todo-server', 'calendar-server', 'contacts-server'] as const;

/** Rooms that keep files of people beside their tables. An archive takes those of mana-sync with the records that name them. */
export const fileKeepers = ['infra/sync'] as const;
