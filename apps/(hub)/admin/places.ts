import AppWindow from '@lucide/svelte/icons/app-window';
import LogIn from '@lucide/svelte/icons/log-in';
import Mail from '@lucide/svelte/icons/mail';
import Send from '@lucide/svelte/icons/send';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Users from '@lucide/svelte/icons/users';
import { m } from '@mana/ui/i18n';
import type { Component } from 'svelte';

/** A page for those who look after this Mana. */
export interface AdminPlace {
	readonly href: string;
	readonly name: () => string;
	readonly icon: Component<{ size?: number | string }>;
}

/** All of them, in the order in which they are listed. */
export const places: readonly AdminPlace[] = [
	{ href: '/admin', name: () => m.administration_people(), icon: Users },
	{ href: '/admin/invitations', name: () => m.administration_invitations(), icon: Mail },
	{ href: '/admin/providers', name: () => m.administration_providers(), icon: LogIn },
	{ href: '/admin/software', name: () => m.administration_software(), icon: AppWindow },
	{ href: '/admin/mails', name: () => m.hub_mails(), icon: Send },
	{ href: '/admin/log', name: () => m.administration_log(), icon: ScrollText },
];
