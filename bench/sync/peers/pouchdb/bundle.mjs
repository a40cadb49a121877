import PouchDB from 'pouchdb';

globalThis.bench = { PouchDB };
