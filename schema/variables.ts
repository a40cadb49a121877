/**
 * The environment variable that concerns one service: `MANA_AUTH_` + `SESSION_DAYS`.
 *
 * Three keys are the same for every service: `address`, where one on another machine is called; `port`, its number where a host plan has
 * another than the schema; `host`, the address that it listens on.
 *
 * @param service `mana-auth`, or `chat-server`, which becomes `MANA_CHAT_SERVER_…`
 * @param key in camel case
 */
export function serviceVariable(service: string, key: string): string {
	const name = service.startsWith('mana-') ? service : `mana-${service}`;
	return `${name}_${key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')}`.replaceAll('-', '_').toUpperCase();
}
