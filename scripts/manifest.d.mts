/** Names of the folders that hold a module, sorted. */
export declare function moduleFolders(): string[];
/** The text of modules/manifest.ts for these folders. */
export declare function manifestText(folders: readonly string[]): string;
/** Writes modules/manifest.ts if it is not up to date. */
export declare function writeManifest(): void;
