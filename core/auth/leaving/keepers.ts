/** The services that keep something of people, besides mana-auth. A test finds each that opens a store and is not here. */
export const keepers = ['mana-sync', 'mana-notify', 'mana-user', 'calendar-server'] as const;

/** Services whose whole store is a copy of what mana-sync has (a projection): it is in mana-sync's lines, and goes with the space. */
export const copies = ['todo-server', 'contacts-server'] as const;
