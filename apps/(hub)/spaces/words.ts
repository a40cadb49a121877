import { m } from '@mana/ui/i18n';

/** What a role is called. */
export const roleWords = {
	none: () => '',
	owner: () => m.hub_role_owner(),
	admin: () => m.hub_role_admin(),
	editor: () => m.hub_role_editor(),
	commenter: () => m.hub_role_commenter(),
	viewer: () => m.hub_role_viewer(),
} as const;

/** The same, of one's own role. */
export const ownRoleWords = { ...roleWords, owner: () => m.hub_role_owner_own() } as const;

/** What a role may do. */
export const roleTexts = {
	owner: () => m.hub_role_owner_text(),
	admin: () => m.hub_role_admin_text(),
	editor: () => m.hub_role_editor_text(),
	commenter: () => m.hub_role_commenter_text(),
	viewer: () => m.hub_role_viewer_text(),
} as const;

export const kindWords = {
	personal: () => m.space_own(),
	family: () => m.hub_space_family(),
	organisation: () => m.hub_space_organisation(),
} as const;
