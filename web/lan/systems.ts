import type { Language } from '../small-page.ts';

/** How one kind of device learns to trust this Mana. */
export interface TrustWay {
	readonly id: 'ios' | 'android' | 'macos' | 'windows' | 'linux' | 'firefox';
	readonly name: string;
	/** What it takes: Apple's phones a profile, everybody else the certificate. */
	readonly takes: 'profile' | 'certificate';
	/** Whether the `User-Agent` of a request is of this kind. */
	readonly asks: RegExp;
	/** Markup of ours, one step each. */
	readonly steps: Readonly<Record<Language, readonly string[]>>;
}

/** Of two that fit, the first: Firefox on a computer has a list of its own, whatever the system below it. */
export const trustWays: readonly TrustWay[] = [
	{
		id: 'ios',
		name: 'iPhone, iPad',
		takes: 'profile',
		asks: /iPhone|iPad|iPod/,
		steps: {
			en: [
				'Open this page in Safari; other browsers cannot install a profile.',
				'Download the profile above and allow it.',
				'Settings → <em>Profile Downloaded</em> → Install.',
				'Settings → General → About → <em>Certificate Trust Settings</em> → switch Mana on. Without this last step it is installed and not yet trusted.',
			],
			de: [
				'Öffne diese Seite in Safari; andere Browser können kein Profil installieren.',
				'Lade das Profil oben und erlaube es.',
				'Einstellungen → <em>Profil geladen</em> → Installieren.',
				'Einstellungen → Allgemein → Info → <em>Zertifikatsvertrauenseinstellungen</em> → Mana einschalten. Ohne diesen letzten Schritt ist es installiert, aber noch nicht vertraut.',
			],
		},
	},
	{
		id: 'android',
		name: 'Android',
		takes: 'certificate',
		asks: /Android/,
		steps: {
			en: [
				'Download the certificate above.',
				'Settings → Security and privacy → More security settings → Encryption and credentials → <em>Install a certificate</em> → CA certificate → Install anyway. If yours calls it otherwise, search the settings for “certificate”.',
				'Choose the file.',
				'Firefox on Android, in addition: Settings → About Firefox → tap the logo five times; then Settings → Secret Settings → <em>Use third party CA certificates</em>.',
			],
			de: [
				'Lade das Zertifikat oben.',
				'Einstellungen → Sicherheit und Datenschutz → Weitere Sicherheitseinstellungen → Verschlüsselung und Anmeldedaten → <em>Zertifikat installieren</em> → CA-Zertifikat → Trotzdem installieren. Heißt es bei dir anders, suche in den Einstellungen nach „Zertifikat“.',
				'Wähle die Datei.',
				'Firefox auf Android außerdem: Einstellungen → Über Firefox → fünfmal auf das Logo tippen; dann Einstellungen → Secret Settings → <em>CA-Zertifikate von Drittanbietern verwenden</em>.',
			],
		},
	},
	{
		id: 'firefox',
		name: 'Firefox',
		takes: 'certificate',
		asks: /Firefox\//,
		steps: {
			en: [
				'Download the certificate above.',
				'Settings → Privacy &amp; Security → Certificates → <em>View Certificates</em> → Authorities → Import.',
				'Choose the file and tick “Trust this CA to identify websites”.',
			],
			de: [
				'Lade das Zertifikat oben.',
				'Einstellungen → Datenschutz &amp; Sicherheit → Zertifikate → <em>Zertifikate anzeigen</em> → Zertifizierungsstellen → Importieren.',
				'Wähle die Datei und kreuze „Dieser CA vertrauen, um Websites zu identifizieren“ an.',
			],
		},
	},
	{
		id: 'macos',
		name: 'macOS',
		takes: 'certificate',
		asks: /Macintosh/,
		steps: {
			en: [
				'Download the certificate above and open it: Keychain Access takes it in.',
				'In Keychain Access look for “Mana”, open it, and under <em>Trust</em> choose “Always Trust”.',
				'Close the window; macOS asks for your password.',
			],
			de: [
				'Lade das Zertifikat oben und öffne es: Die Schlüsselbundverwaltung nimmt es auf.',
				'Suche dort „Mana“, öffne es und wähle unter <em>Vertrauen</em> „Immer vertrauen“.',
				'Schließe das Fenster; macOS fragt nach deinem Passwort.',
			],
		},
	},
	{
		id: 'windows',
		name: 'Windows',
		takes: 'certificate',
		asks: /Windows/,
		steps: {
			en: [
				'Download the certificate above and open it.',
				'<em>Install Certificate</em> → Current User → “Place all certificates in the following store” → Browse.',
				'Choose <em>Trusted Root Certification Authorities</em>, then Next, Finish, Yes.',
			],
			de: [
				'Lade das Zertifikat oben und öffne es.',
				'<em>Zertifikat installieren</em> → Aktueller Benutzer → „Alle Zertifikate in folgendem Speicher speichern“ → Durchsuchen.',
				'Wähle <em>Vertrauenswürdige Stammzertifizierungsstellen</em>, dann Weiter, Fertig stellen, Ja.',
			],
		},
	},
	{
		id: 'linux',
		name: 'Linux',
		takes: 'certificate',
		asks: /Linux|X11/,
		steps: {
			en: [
				'Download the certificate above.',
				'Chromium and Chrome: Settings → Privacy and security → Security → <em>Manage certificates</em> → Custom → Installed by you → Import.',
				'For everything else: <code>sudo cp mana-authority.crt /usr/local/share/ca-certificates/ &amp;&amp; sudo update-ca-certificates</code>',
			],
			de: [
				'Lade das Zertifikat oben.',
				'Chromium und Chrome: Einstellungen → Datenschutz und Sicherheit → Sicherheit → <em>Zertifikate verwalten</em> → Benutzerdefiniert → Von dir installiert → Importieren.',
				'Für alles andere: <code>sudo cp mana-authority.crt /usr/local/share/ca-certificates/ &amp;&amp; sudo update-ca-certificates</code>',
			],
		},
	},
];

/** The way of whoever asks; `null` for one that tells nothing we know. */
export function wayOf(userAgent: string): TrustWay | null {
	return trustWays.find(({ asks }) => asks.test(userAgent)) ?? null;
}
