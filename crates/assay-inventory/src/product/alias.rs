//! Facts about names: who was renamed or bought, and what a product is also
//! called. An alias makes a match *likely*, never *same*.

use super::name::Name;

/// Vendors under another name, and the name under which catalogues list them now.
const VENDORS: &[(&str, &str)] = &[
    ("adobe systems", "adobe"),
    ("apache software foundation", "apache"),
    ("asf", "apache"),
    ("arm limited", "arm"),
    ("aruba", "hpe"),
    ("aruba networks", "hpe"),
    ("asustek", "asus"),
    ("asustek computer", "asus"),
    ("avaya holdings", "avaya"),
    ("barracuda", "barracuda networks"),
    ("baxter healthcare", "baxter"),
    ("baxter international", "baxter"),
    ("bd", "becton dickinson"),
    ("becton dickinson and", "becton dickinson"),
    ("bluecoat", "broadcom"),
    ("blue coat systems", "broadcom"),
    ("ca technologies", "broadcom"),
    ("carefusion", "becton dickinson"),
    ("checkpoint", "check point"),
    ("check point software", "check point"),
    ("check point software technologies", "check point"),
    ("cisco systems", "cisco"),
    ("citrix systems", "citrix"),
    ("cloud software group", "citrix"),
    ("netscaler", "citrix"),
    ("dell emc", "dell"),
    ("dell technologies", "dell"),
    ("emc", "dell"),
    ("dlink", "d link"),
    ("d link systems", "d link"),
    ("draeger", "drager"),
    ("dragerwerk", "drager"),
    ("f5 networks", "f5"),
    ("ge", "ge healthcare"),
    ("ge medical systems", "ge healthcare"),
    ("general electric", "ge healthcare"),
    ("gehealthcare", "ge healthcare"),
    ("helpsystems", "fortra"),
    ("hewlett packard", "hp"),
    ("hewlett packard enterprise", "hpe"),
    ("hillrom", "baxter"),
    ("hill rom", "baxter"),
    ("welch allyn", "baxter"),
    ("hospira", "icu medical"),
    ("smiths medical", "icu medical"),
    ("juniper networks", "juniper"),
    ("kaseya limited", "kaseya"),
    ("lansweeper nv", "lansweeper"),
    ("mobileiron", "ivanti"),
    ("pulse secure", "ivanti"),
    ("pulsesecure", "ivanti"),
    ("landesk", "ivanti"),
    ("ms", "microsoft"),
    ("palo alto", "palo alto networks"),
    ("paloalto", "palo alto networks"),
    ("paloaltonetworks", "palo alto networks"),
    ("philips healthcare", "philips"),
    ("philips medical systems", "philips"),
    ("koninklijke philips", "philips"),
    ("progress software", "progress"),
    ("ipswitch", "progress"),
    ("telerik", "progress"),
    ("kemp", "progress"),
    ("rockwell", "rockwell automation"),
    ("allen bradley", "rockwell automation"),
    ("siemens healthineers", "siemens"),
    ("symantec", "broadcom"),
    ("vmware", "broadcom"),
    ("vmware tanzu", "broadcom"),
    ("zimbra", "synacor"),
    ("manageengine", "zoho"),
    ("abbott laboratories", "abbott"),
    ("st jude medical", "abbott"),
    ("automated logic", "carrier"),
    ("alc", "carrier"),
    ("lenels2", "carrier"),
    ("avigilon", "motorola solutions"),
    ("b braun medical", "b braun"),
    ("b braun melsungen", "b braun"),
    ("schneider", "schneider electric"),
    ("schneider electric software", "schneider electric"),
    ("apc", "schneider electric"),
    ("apc by schneider electric", "schneider electric"),
    ("telemecanique", "schneider electric"),
    ("modicon", "schneider electric"),
    ("aveva software", "aveva"),
    ("wonderware", "aveva"),
    ("osisoft", "aveva"),
    ("invensys", "aveva"),
    ("johnson controls international", "johnson controls"),
    ("jci", "johnson controls"),
    ("tyco", "johnson controls"),
    ("sensormatic", "johnson controls"),
    ("exacqvision", "johnson controls"),
    ("sel", "schweitzer engineering laboratories"),
    ("schweitzer", "schweitzer engineering laboratories"),
    ("automationdirect", "automation direct"),
    ("automation direct com", "automation direct"),
    ("koyo", "automation direct"),
    ("mitsubishi", "mitsubishi electric"),
    ("innominate", "phoenix contact"),
    ("hitachi abb power grids", "hitachi energy"),
    ("abb power grids", "hitachi energy"),
    ("ge digital", "ge vernova"),
    ("emerson process management", "emerson"),
    ("emerson electric", "emerson"),
    ("fisher rosemount", "emerson"),
    ("mckesson", "change healthcare"),
    ("unitronics plc", "unitronics"),
    ("contec", "contec health"),
    ("contec medical systems", "contec health"),
    ("canonical", "ubuntu"),
    ("redhat", "red hat"),
    ("hangzhou hikvision", "hikvision"),
    ("hikvision digital technology", "hikvision"),
    ("dahua technology", "dahua"),
    ("moxa technologies", "moxa"),
    ("digi", "digi international"),
    ("sierra wireless", "semtech"),
    ("cradlepoint", "ericsson"),
    ("omron automation", "omron"),
    ("fujifilm healthcare", "fujifilm"),
    ("codesys", "3s smart software solutions"),
    ("3s smart software", "3s smart software solutions"),
    ("tridium", "honeywell"),
    ("trend controls", "honeywell"),
    ("hms networks", "hms"),
    ("ewon", "hms"),
    ("zohocorp", "zoho"),
];

/// Products under another name: the vendor's house, the other name, the name to compare by.
const PRODUCTS: &[(&str, &str, &str)] = &[
    ("ivanti", "pulse connect secure", "connect secure"),
    ("ivanti", "pulse policy secure", "policy secure"),
    ("ivanti", "mobileiron core", "endpoint manager mobile"),
    ("ivanti", "epmm", "endpoint manager mobile"),
    ("ivanti", "epm", "endpoint manager"),
    ("ivanti", "csa", "cloud services appliance"),
    ("ivanti", "mobileiron sentry", "sentry"),
    ("citrix", "adc", "netscaler adc"),
    ("citrix", "application delivery controller", "netscaler adc"),
    ("citrix", "netscaler application delivery controller", "netscaler adc"),
    ("citrix", "gateway", "netscaler gateway"),
    ("cisco", "asa", "adaptive security appliance"),
    ("cisco", "ftd", "firepower threat defense"),
    ("cisco", "secure firewall threat defense", "firepower threat defense"),
    ("cisco", "fmc", "firepower management center"),
    ("cisco", "ios xe software", "ios xe"),
    ("cisco", "ios software", "ios"),
    ("fortinet", "fortigate", "fortios"),
    ("fortinet", "fortiwifi", "fortios"),
    ("palo alto networks", "panos", "pan os"),
    ("palo alto networks", "pa", "pan os"),
    ("palo alto networks", "vm series", "pan os"),
    ("juniper", "junos", "junos os"),
    ("juniper", "screen os", "screenos"),
    ("f5", "bigip", "big ip"),
    ("f5", "big ip ltm", "big ip"),
    ("microsoft", "iis", "internet information services"),
    ("microsoft", "ie", "internet explorer"),
    ("microsoft", "mssql", "sql server"),
    ("microsoft", "ms exchange", "exchange server"),
    ("microsoft", "exchange", "exchange server"),
    ("microsoft", "sharepoint", "sharepoint server"),
    ("microsoft", "win", "windows"),
    ("microsoft", "win32k", "windows"),
    ("microsoft", "csrss", "windows"),
    ("microsoft", "client server run time subsystem", "windows"),
    ("microsoft", "task scheduler", "windows"),
    ("microsoft", "smbv1 server", "windows"),
    ("microsoft", "smbv1", "windows"),
    ("microsoft", "remote desktop services", "windows"),
    ("microsoft", "graphics device interface", "windows"),
    ("microsoft", "http sys", "windows"),
    ("microsoft", "active directory", "windows server"),
    ("microsoft", "netlogon", "windows server"),
    ("microsoft", "streaming service", "windows"),
    ("broadcom", "vsphere esxi", "esxi"),
    ("broadcom", "vsphere hypervisor", "esxi"),
    ("broadcom", "vcenter", "vcenter server"),
    ("broadcom", "vrealize operations manager", "aria operations"),
    ("progress", "moveit", "moveit transfer"),
    ("progress", "loadmaster", "kemp loadmaster"),
    ("synacor", "zcs", "zimbra collaborate suite"),
    ("synacor", "zimbra collaboration", "zimbra collaborate suite"),
    ("synacor", "zimbra collaboration suite", "zimbra collaborate suite"),
    ("zoho", "servicedesk plus", "manageengine servicedesk plus"),
    ("zoho", "adselfservice plus", "manageengine adselfservice plus"),
    ("linux", "linux kernel", "kernel"),
    ("oracle", "jre", "java se jdk and jre"),
    ("oracle", "java", "java se"),
    ("oracle", "jdk", "java se"),
    ("becton dickinson", "alaris pcu", "alaris pc unit"),
    ("becton dickinson", "alaris point of care unit", "alaris pc unit"),
    ("becton dickinson", "alaris 8015 pc unit", "alaris pc unit"),
    ("philips", "piic ix", "patient information center ix"),
    ("philips", "pic ix", "patient information center ix"),
    ("philips", "information center ix", "patient information center ix"),
    ("philips", "intellivue information center ix", "patient information center ix"),
    ("rockwell automation", "factorytalk view machine edition", "factorytalk view me"),
    ("schneider electric", "unity pro", "control expert"),
    ("microsoft", "ms sql server", "sql server"),
    ("sonicwall", "sma 100", "sma100"),
    ("sonicwall", "sma 100 series", "sma100"),
];

/// Names that many products carry: alone, or as part of a name, they say nothing.
const GENERIC: [&str; 47] = [
    "access",
    "agent",
    "appliance",
    "appliances",
    "application",
    "applications",
    "camera",
    "cameras",
    "center",
    "client",
    "community",
    "console",
    "controller",
    "controllers",
    "core",
    "data",
    "device",
    "devices",
    "edition",
    "enterprise",
    "firewall",
    "framework",
    "gateway",
    "kernel",
    "manager",
    "management",
    "mobile",
    "monitor",
    "multiple",
    "os",
    "platform",
    "plugin",
    "pro",
    "product",
    "products",
    "router",
    "routers",
    "security",
    "server",
    "service",
    "services",
    "software",
    "suite",
    "system",
    "systems",
    "web",
    "wireless",
];

/// Words at a product's end that tell it from no other product: left out, the name means the same.
const NEUTRAL: [&str; 40] = [
    "appliance",
    "appliances",
    "controller",
    "controllers",
    "cpu",
    "cpus",
    "device",
    "devices",
    "edition",
    "enterprise",
    "equipment",
    "family",
    "firmware",
    "industrial",
    "infusion",
    "instrument",
    "ltsb",
    "ltsc",
    "model",
    "models",
    "module",
    "modules",
    "patient",
    "plc",
    "plcs",
    "pro",
    "product",
    "products",
    "professional",
    "programmable",
    "pump",
    "pumps",
    "series",
    "software",
    "switch",
    "switches",
    "system",
    "systems",
    "unit",
    "versions",
];

/// Names of product lines that people leave out before a model: `S7-1200` is a SIMATIC, `M340` a Modicon.
const BRANDS: [&str; 7] = ["ecostruxure", "melsec", "modicon", "ruggedcom", "scalance", "simatic", "sinamics"];

/// Whether a word says nothing that tells products apart.
pub(super) fn is_neutral(word: &str) -> bool {
    NEUTRAL.contains(&word)
}

/// Whether a word is a product line's name, which may be left out before a model.
pub(super) fn is_brand(word: &str) -> bool {
    BRANDS.contains(&word)
}

/// The house that a vendor belongs to by an alias.
pub(super) fn house(vendor: &Name) -> Option<&'static str> {
    let written = vendor.to_string();
    let alias = |name: &str| VENDORS.iter().find(|(other, _)| *other == name).map(|(_, house)| *house);
    alias(&written).or_else(|| vendor.short.iter().find_map(|short| alias(short)))
}

/// Vendors of old whose name is still a part of their products' names.
const LINES: [&str; 6] = ["kemp", "manageengine", "mobileiron", "netscaler", "telerik", "zimbra"];

/// A house's own name, and all others that stand before its products' names without being a part of them.
pub(super) fn names_of(house: &str) -> impl Iterator<Item = &str> {
    let old = VENDORS.iter().filter(move |(other, of)| *of == house && !LINES.contains(other));
    let others = old.map(|(other, _)| *other);
    std::iter::once(house).chain(others)
}

/// How many words at the beginning of a product's name are a known vendor's.
pub(super) fn vendor_in(words: &[String]) -> Option<usize> {
    (1..words.len().min(5)).rev().find(|n| {
        let start = words.iter().take(*n).map(String::as_str).collect::<Vec<_>>().join(" ");
        VENDORS.iter().any(|(other, house)| *other == start || *house == start)
    })
}

/// The name to compare a product by, where an alias is known: the whole name's, else that of
/// its first words (`fortigate 60f` runs what `fortigate` runs).
pub(super) fn product(house: &str, name: &str) -> Option<&'static str> {
    let begins = |other: &str| name.strip_prefix(other).is_some_and(|rest| rest.starts_with(' '));
    let of_house = || PRODUCTS.iter().filter(|(of, ..)| *of == house);
    let whole = of_house().find(|(_, other, _)| *other == name);
    whole.or_else(|| of_house().find(|(_, other, _)| begins(other))).map(|(.., to)| *to)
}

/// Whether all words are ones that many products carry.
pub(super) fn is_generic(words: &[String]) -> bool {
    words.iter().all(|word| GENERIC.contains(&word.as_str()) || word.len() == 1)
}

/// Whether a name stands for whatever a vendor sells.
pub(super) fn is_any(words: &[String]) -> bool {
    words.is_empty() || words.first().is_some_and(|w| w == "multiple")
}
