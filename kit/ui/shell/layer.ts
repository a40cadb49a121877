/**
 * Where something must be drawn that opens at a control: inside the modal dialog that the control is in, since everything outside of it
 * can be neither seen nor reached, else in the page's main part, where screen readers look for what belongs to it.
 */
export function layerOf(control: Element | null): Element {
	return control?.closest('dialog[open]') ?? document.getElementById('main') ?? document.body;
}
