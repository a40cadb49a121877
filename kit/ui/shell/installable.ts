/** What stands in the page's head for the hub, and changes with the app. */
const files = { icon: 'icon.svg', 'apple-touch-icon': 'icon-touch.png', manifest: 'manifest.webmanifest' } as const;

/**
 * Lets the page carry the sign and the web manifest of an app, so that each is installed as one of its own.
 *
 * @param app id of the app that is open, `null` for the hub
 */
export function showInstallable(app: string | null): void {
	for (const [rel, file] of Object.entries(files))
		document.head.querySelector(`link[rel="${rel}"]`)?.setAttribute('href', app === null ? `/${file}` : `/${app}/${file}`);
}
