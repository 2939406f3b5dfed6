/** On every container and built image of Islet: which server it belongs to. */
export const serverLabel = "islet.server";
export const versionLabel = "islet.version";
/** On a container: which of its server's it is. */
export const instanceLabel = "islet.instance";
