import { tokensCss } from './css.ts';

await Bun.write(new URL('tokens.css', import.meta.url), tokensCss());
