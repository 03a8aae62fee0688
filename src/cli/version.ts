// The version of vspair: that of package.json, which is not there once the program is bundled.

export const version = '0.1.0';
