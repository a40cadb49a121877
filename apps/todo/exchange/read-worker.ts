import { serveFormats } from '@mana/ui/import/reader';
import { importFormats } from './formats/index.ts';

serveFormats(self, importFormats);
