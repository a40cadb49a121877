import AppWindow from '@lucide/svelte/icons/app-window';
import Bell from '@lucide/svelte/icons/bell';
import Globe from '@lucide/svelte/icons/globe';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import Info from '@lucide/svelte/icons/info';
import LogOut from '@lucide/svelte/icons/log-out';
import Mail from '@lucide/svelte/icons/mail';
import PackageOpen from '@lucide/svelte/icons/package-open';
import Palette from '@lucide/svelte/icons/palette';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Smartphone from '@lucide/svelte/icons/smartphone';
import UserCog from '@lucide/svelte/icons/user-cog';
import UserRound from '@lucide/svelte/icons/user-round';
import { loadWords, m } from '@mana/ui/i18n';
import type { Person } from '@mana/ui/session/auth';
import type { Component } from 'svelte';

/** A page of the settings: a file in `sections/` and a row in `sections`. */
export interface SettingsSection {
	/** Last segment of its address: `/settings/look`. */
	readonly id: string;
	readonly title: () => string;
	/** What one finds there, in a line. */
	readonly text: () => string;
	readonly icon: Component<{ size?: number | string }>;
	/** Whether it is for who is here; `null`: a guest. */
	readonly isFor: (person: Person | null) => boolean;
	/** What can be set there. The search finds each of them. */
	readonly settings: readonly Setting[];
	readonly load: () => Promise<{ readonly default: Component }>;
}

export interface Setting {
	readonly title: () => string;
	/** What people may call it, in all languages of the interface: never shown, only searched. */
	readonly words: string;
	/** `id` of the part of the page that it stands in. Default: the page's top. */
	readonly anchor?: string;
}

const everybody = (): boolean => true;
const members = (person: Person | null): boolean => person !== null;
const admins = (person: Person | null): boolean => person?.role === 'owner' || person?.role === 'admin';

/** All sections, in the order in which they are listed. */
export const sections: readonly SettingsSection[] = [
	{
		id: 'profile',
		title: () => m.hub_profile(),
		text: () => m.hub_profile_text(),
		icon: UserRound,
		isFor: everybody,
		settings: [
			{ title: () => m.hub_picture(), words: 'photo avatar portrait image Foto Bild Porträt', anchor: 'picture' },
			{ title: () => m.hub_name(), words: 'first last nickname Vorname Nachname Spitzname heißen', anchor: 'name' },
			{ title: () => m.hub_pronouns(), words: 'gender she he they Geschlecht Anrede', anchor: 'name' },
			{ title: () => m.hub_about(), words: 'bio biography description Beschreibung Biografie', anchor: 'name' },
		],
		load: () => import('./sections/Profile.svelte'),
	},
	{
		id: 'language',
		title: () => m.hub_region(),
		text: () => m.hub_region_text(),
		icon: Globe,
		isFor: everybody,
		settings: [
			{ title: () => m.language(), words: 'English German Deutsch Englisch locale translation Übersetzung', anchor: 'language' },
			{
				title: () => m.hub_dates_as(),
				words: 'date format region country numbers decimal Datumsformat Datum Land Zahlen Komma',
				anchor: 'dates',
			},
			{ title: () => m.hub_hours(), words: 'clock 24 12 hour am pm Uhr Stunden Format', anchor: 'dates' },
			{
				title: () => m.hub_week_start(),
				words: 'week start first day Monday Sunday calendar Wochenstart Montag Sonntag',
				anchor: 'dates',
			},
			{ title: () => m.hub_units(), words: 'units metric imperial miles km Einheiten metrisch Meilen', anchor: 'dates' },
			{ title: () => m.hub_time_zone(), words: 'timezone travel UTC GMT Zeitzone Reise', anchor: 'time-zone' },
		],
		load: () => import('./sections/Language.svelte'),
	},
	{
		id: 'look',
		title: () => m.hub_look(),
		text: () => m.hub_look_text(),
		icon: Palette,
		isFor: everybody,
		settings: [
			{ title: () => m.theme(), words: 'theme dark light night mode colours dunkel hell Nacht Farben Design', anchor: 'theme' },
			{ title: () => m.hub_accent(), words: 'accent colour color hue Akzent Farbton', anchor: 'accent' },
			{
				title: () => m.hub_text_size(),
				words: 'font size zoom bigger accessibility Schrift groß Barrierefreiheit',
				anchor: 'reading',
			},
			{ title: () => m.hub_contrast(), words: 'accessibility readable Kontrast Barrierefreiheit lesbar', anchor: 'reading' },
			{ title: () => m.hub_links(), words: 'underline accessibility Unterstrich Barrierefreiheit', anchor: 'reading' },
			{
				title: () => m.hub_motion(),
				words: 'animation reduced reduce accessibility Animation Bewegung Barrierefreiheit',
				anchor: 'reading',
			},
			{ title: () => m.hub_own_look(), words: 'this device only nur dieses Gerät', anchor: 'own-look' },
		],
		load: () => import('./sections/Look.svelte'),
	},
	{
		id: 'notifications',
		title: () => m.hub_notify(),
		text: () => m.hub_notify_text(),
		icon: Bell,
		isFor: members,
		settings: [
			{
				title: () => m.hub_notify_browser(),
				words: 'push notifications alerts permission Benachrichtigung Mitteilung',
				anchor: 'browser',
			},
			{ title: () => m.hub_notify_ways(), words: 'webhook matrix ntfy apprise channels Kanäle', anchor: 'ways' },
			{ title: () => m.hub_notify_quiet(), words: 'do not disturb night silence sleep nicht stören Nacht Ruhe', anchor: 'quiet' },
			{
				title: () => m.hub_notify_hearing(),
				words: 'mute digest mail unsubscribe stumm Sammelmail abbestellen',
				anchor: 'hearing',
			},
		],
		load: () => import('./sections/Notifications.svelte'),
	},
	{
		id: 'mail',
		title: () => m.hub_mail(),
		text: () => m.hub_mail_text(),
		icon: Mail,
		isFor: members,
		settings: [
			{
				title: () => m.hub_mail_tasks(),
				words: 'email capture inbox todo forward address E-Mail Adresse weiterleiten Posteingang Aufgabe',
				anchor: 'task',
			},
			{
				title: () => m.hub_mail_invitations(),
				words: 'email ical imip calendar invite address E-Mail Adresse Termin Kalender einladen',
				anchor: 'invitation',
			},
		],
		load: () => import('./sections/Mail.svelte'),
	},
	{
		id: 'security',
		title: () => m.hub_security(),
		text: () => m.hub_security_text(),
		icon: ShieldCheck,
		isFor: members,
		settings: [
			{
				title: () => m.hub_email_address(),
				words: 'mail address confirm verify change Mail Adresse bestätigen ändern',
				anchor: 'email',
			},
			{ title: () => m.hub_password(), words: 'passphrase sign in login change Kennwort Anmeldung ändern', anchor: 'password' },
			{
				title: () => m.hub_passkeys(),
				words: 'webauthn fido fingerprint face key passwordless Fingerabdruck Gesicht Schlüssel ohne Passwort',
				anchor: 'passkeys',
			},
			{
				title: () => m.hub_identities(),
				words: 'google github microsoft openid oidc sso social login linked verknüpft Anmeldung Konto',
				anchor: 'identities',
			},
			{
				title: () => m.hub_second_step(),
				words: 'two factor 2fa totp authenticator recovery codes zwei Faktor Bestätigung Wiederherstellung',
				anchor: 'second-step',
			},
			{
				title: () => m.hub_sessions(),
				words: 'sessions signed in devices browsers lost phone Sitzungen angemeldet Geräte Handy verloren',
				anchor: 'sessions',
			},
		],
		load: () => import('./sections/Security.svelte'),
	},
	{
		id: 'activity',
		title: () => m.hub_activity(),
		text: () => m.hub_activity_text(),
		icon: ScrollText,
		isFor: members,
		settings: [
			{ title: () => m.hub_activity(), words: 'log audit history sign-ins Protokoll Verlauf Anmeldungen', anchor: 'activity' },
			{ title: () => m.hub_consent(), words: 'impersonate admin help support Hilfe Admin Zugriff', anchor: 'consent' },
		],
		load: async () => {
			await loadWords(['administration']);
			return import('./sections/Activity.svelte');
		},
	},
	{
		id: 'devices',
		title: () => m.hub_devices(),
		text: () => m.hub_devices_text(),
		icon: Smartphone,
		isFor: members,
		settings: [
			{
				title: () => m.hub_devices(),
				words:
					'app password caldav calendar sync iPhone Android Thunderbird DAVx5 reminders App-Passwort Kalender Abgleich Erinnerungen Handy',
			},
		],
		load: async () => {
			await loadWords(['administration']);
			return import('./sections/ConnectedDevices.svelte');
		},
	},
	{
		id: 'software',
		title: () => m.hub_software(),
		text: () => m.hub_software_text(),
		icon: AppWindow,
		isFor: members,
		settings: [{ title: () => m.hub_software(), words: 'oidc sso openid connected apps verbundene Apps Anmeldung' }],
		load: async () => {
			await loadWords(['administration']);
			return import('./sections/ConnectedSoftware.svelte');
		},
	},
	{
		id: 'archive',
		title: () => m.hub_archive(),
		text: () => m.hub_archive_text(),
		icon: PackageOpen,
		isFor: members,
		settings: [
			{
				title: () => m.hub_take_along(),
				words: 'export download data leave backup GDPR Export Daten Auskunft Sicherung DSGVO',
				anchor: 'archive',
			},
			{ title: () => m.hub_bring(), words: 'import restore upload move Import Umzug umziehen wiederherstellen', anchor: 'bring' },
		],
		load: async () => {
			await loadWords(['administration', 'bring']);
			return import('./sections/Archive.svelte');
		},
	},
	{
		id: 'leaving',
		title: () => m.hub_leave(),
		text: () => m.hub_leave_text(),
		icon: LogOut,
		isFor: members,
		settings: [{ title: () => m.hub_leave(), words: 'remove account erase leave GDPR Konto entfernen verlassen kündigen DSGVO' }],
		load: async () => {
			await loadWords(['administration']);
			return import('./sections/Leaving.svelte');
		},
	},
	{
		id: 'administration',
		title: () => m.looking_after(),
		text: () => m.hub_administration_text(),
		icon: UserCog,
		isFor: admins,
		settings: [
			{ title: () => m.hub_people(), words: 'people accounts roles suspend Leute Konten Rollen sperren' },
			{ title: () => m.hub_invite(), words: 'invitation people accounts join Einladung Leute Konto beitreten' },
			{ title: () => m.hub_software_register(), words: 'oidc sso openid client provider Anbieter' },
			{
				title: () => m.hub_providers(),
				words: 'google github microsoft openid oidc sso social login sign-in Anmeldung Anbieter',
			},
			{
				title: () => m.hub_mails(),
				words: 'outbox smtp undelivered failed mail server e-mail Ausgang Postausgang Mailserver Zustellung gescheitert',
			},
			{ title: () => m.hub_log(), words: 'log audit security Protokoll Sicherheit' },
		],
		load: () => import('./sections/Administration.svelte'),
	},
	{
		id: 'device',
		title: () => m.hub_storage(),
		text: () => m.hub_device_text(),
		icon: HardDrive,
		isFor: everybody,
		settings: [
			{ title: () => m.hub_phone(), words: 'qr code scan mobile Handy Telefon scannen', anchor: 'phone' },
			{
				title: () => m.hub_capture(),
				words: 'bookmarklet bookmark browser extension clip web share Lesezeichen Erweiterung Browser teilen merken',
				anchor: 'capture',
			},
			{ title: () => m.hub_storage_room(), words: 'storage disk quota offline Speicher Platz', anchor: 'storage' },
		],
		load: () => import('./sections/Device.svelte'),
	},
	{
		id: 'system',
		title: () => m.status(),
		text: () => m.hub_status_text(),
		icon: Info,
		isFor: members,
		settings: [{ title: () => m.hub_status_open(), words: 'health services version Dienste Zustand Gesundheit' }],
		load: () => import('./sections/System.svelte'),
	},
];
