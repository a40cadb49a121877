/**
 * Programs that keep groups as cards of their own and leave them out of the cards of contacts: Apple's, and DAVx5 as it is installed. A
 * contact that they send without categories has not left its groups; they say that in the group.
 */
const groupsElsewhere = /dataaccessd|AddressBook|DAVx5|DAVdroid/i;

/** Whether a program says only in cards of groups who is in them. @param agent its `User-Agent` */
export function saysGroupsElsewhere(agent: string | undefined): boolean {
	return groupsElsewhere.test(agent ?? '');
}
