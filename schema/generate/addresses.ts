/** Names and addresses as every generated file spells them; `mana up` and `kit/service` read the same. */
import { serviceVariable } from '../variables.ts';

export { addressFrom, publicOrigin } from '../host-environment.ts';

/** `mana-auth` becomes `MANA_AUTH_ADDRESS`: the variable by which `kit/service` finds a service that is not on this machine. */
export function addressVariable(service: string): string {
	return serviceVariable(service, 'address');
}
