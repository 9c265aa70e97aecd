"""National ids and tax numbers of people: their names in English and at home, their forms, their check digits.

Names that several countries share stand once for each form.
"""

from __future__ import annotations

from discreet.redaction.families.id_schemes_world import ASIAN, EASTERN, LATIN
from discreet.redaction.families.scheme import Scheme

_ENGLISH = (
    Scheme("ssn, s s n, ss number, ss no, soc sec, social security, social", "d9", "us.ssn"),
    Scheme("itin, individual taxpayer identification number, atin", "d9"),
    Scheme("employer identification number, employer id, fein", "d9"),
    Scheme("ein", "=[0-9]{2}-[0-9]{7}"),
    Scheme("ptin", "=[Pp]-?[0-9]{8}"),
    Scheme("alien number, uscis number, alien registration number, green card", "[Aa]?d9|[Aa]?d8"),
    Scheme("green card, permanent resident card", "a3d10"),
    Scheme("medicare number, medicare card, medicare id, mbi", "d10|d11|daxdaxda2d2"),
    Scheme("ni, n i number, national insurance, nat ins", "a2d6a?"),
    Scheme("nhs, chi number, health and care number", "d10", "gb.nhs"),
    Scheme("utr, unique taxpayer reference, self assessment number", "d10[Kk]?", "gb.utr"),
    Scheme("upn, unique pupil number", "ad11x", "gb.upn"),
    Scheme("social insurance number, numéro d'assurance sociale, sin number, sin card", "d9", "ca.sin"),
    Scheme("sin, nas", "d9", "ca.sin", strict=True),
    Scheme("personal health number, phn", "d10", "ca.bc_phn"),
    Scheme("health card, ohip", "d10a2|d10"),
    Scheme("tfn, tax file number", "d9|d8", "au.tfn"),
    Scheme("ird, inland revenue number", "d9|d8", "nz.ird"),
    Scheme("nhi, national health index", "a3d4"),
    Scheme("pps, ppsn, personal public service number, rsi number", "d7aa?", "ie.pps"),
    Scheme("sa id, rsa id, south african id", "d13", "za.idnr"),
    Scheme("south african tax number", "d10", "za.tin"),
    Scheme("nin, national identification number, bvn, bank verification number, vnin", "d11"),
    Scheme("nin, national identification number", "a2d5xd3xd|[Cc][MFmf]x12|d20", digits=6),
    Scheme("kra pin, kra", "ad9a", "ke.pin"),
    Scheme("huduma, huduma namba, kenyan id", "d7|d8|d9"),
    Scheme("ghana card, ghanacard", "[Gg][Hh][Aa]d10"),
    Scheme("nida", "d20"),
)

_GERMAN_DUTCH_FRENCH = (
    Scheme(
        """
        steuer id, steuerid, steueridentifikationsnummer, steuerliche identifikationsnummer, idnr, id nr,
        steuer identifikationsnummer, identifikationsnummer, persönliche identifikationsnummer
        """,
        "d11",
        "de.idnr",
    ),
    Scheme("abgabenkontonummer, abgabenkonto", "d9"),
    Scheme("veronumero, veronumeroni", "d12"),
    Scheme("steuernummer, steuer nummer, steuer nr, steuernr, st nr, stnr", "d10|d11|d12|d13|d9"),
    Scheme(
        """
        sozialversicherungsnummer, sozialversicherungs nummer, sozialversicherung, sv nummer, sv nr, svnr, svnummer,
        rentenversicherungsnummer, rvnr, rv nummer, versicherungsnummer, versicherten nummer, versichertennummer,
        vsnr
        """,
        "d8ad3|d10",
        "at.vnr",
    ),
    Scheme("krankenversichertennummer, kvnr, kv nummer, versichertennummer, krankenkasse, gesundheitskarte", "ad9"),
    Scheme(
        "personalausweis, ausweis, perso, aufenthaltstitel",
        "=[A-Za-z][0-9A-Za-z]{8}[0-9]?[Dd]?|[0-9]{8,10}",
    ),
    Scheme(
        "ahv, ahvn, avs, numéro avs, n avs, oasi, navs",
        "[7][5][6]d10|d11",
        "ch.ssn",
    ),
    Scheme(
        """
        bsn, b s n, burgerservicenummer, burger service nummer, sofi, persoonsnummer, citizen service number,
        onderwijsnummer
        """,
        "d9|d8",
        "nl.bsn",
    ),
    Scheme(
        """
        rijksregister, insz, niss, numéro national, numéro de registre national, registre national, nrn, rrn,
        bis nummer, bisnummer, nationaal nummer, national register number, inss
        """,
        "d11",
        "be.nn be.bis",
    ),
    Scheme(
        "identiteitskaart, identiteitsbewijs, eid kaart, eid card, carte eid, eid",
        "d12|d10|a2x6d",
        "nl.identiteitskaartnummer",
    ),
    Scheme("matricule, numéro de matricule, numéro d'identification nationale", "d13|d11"),
    Scheme(
        """
        sécurité sociale, sécu, numéro de sécu, nir, insee, numéro insee, carte vitale, nss,
        numéro de sécurité sociale
        """,
        "d6[0-9ABab]d8|d6[0-9ABab]d6",
        "fr.nir",
    ),
    Scheme(
        "numéro fiscal, n fiscal, num fiscal, spi, numéro spi, référence fiscale, identifiant fiscal, "
        "numéro fiscal de référence",
        "d13",
        "fr.nif",
    ),
    Scheme(
        """
        carte d'identité, carte nationale d'identité, carte nationale, cni, cnie, titre de séjour, pièce d'identité,
        cin, numéro d'identité
        """,
        "=[0-9]{12}|[A-Za-z0-9]{9}|[0-9]{8}|[A-Za-z]{1,2}[0-9]{5,7}",
    ),
)

_SOUTHERN = (
    Scheme(
        """
        dni, d n i, documento nacional de identidad, documento de identidad, carné de identidad, carnet de identidad,
        nif, n i f, número de identificación fiscal
        """,
        "d8a|d7a|d8|d7",
        "es.dni",
    ),
    Scheme("nif, n i f, dni, nie, n i e, tie, documento de identidad", "[XYZKLMxyzklm]d7a", "es.nie es.nif"),
    Scheme(
        "número de identidad de extranjero, número de identificación de extranjero, número de extranjero",
        "[XYZxyz]d7a",
        "es.nie",
    ),
    Scheme("número de la seguridad social, seguridad social, nuss, naf, número de seguridad social", "d12|d11"),
    Scheme(
        """
        codice fiscale, codice fisc, cod fiscale, cod fisc, c f, cf, codfisc, tessera sanitaria, fiscal code,
        codicefiscale
        """,
        "a6x2ax2ax3a",
        "it.codicefiscale",
    ),
    Scheme("carta d'identità, carta identità, cie", "=[A-Za-z]{2} ?[0-9]{5} ?[A-Za-z]{2}|[A-Za-z]{2} ?[0-9]{7}"),
    Scheme(
        "nif, n i f, contribuinte, número de contribuinte, número de identificação fiscal, contribuinte fiscal",
        "d9",
        "pt.nif",
    ),
    Scheme(
        "cartão de cidadão, cartão do cidadão, bilhete de identidade, número de identificação civil",
        "d9x2d|d8|d9",
        "pt.cc",
    ),
    Scheme("niss, segurança social, número de segurança social", "d11"),
    Scheme("αμκα, amka", "d11", "gr.amka"),
    Scheme("αφμ, afm", "d9", "gr.vat"),
    Scheme(
        "αριθμός ταυτότητας, ταυτότητα, αδτ, δελτίο ταυτότητας, adt",
        "=[A-Za-z\u0391-\u03c9]{1,2}[ -]?[0-9]{6}",
    ),
    Scheme(
        """
        tc kimlik, tckn, t c kimlik, kimlik, vatandaşlık numarası, tckimlik, turkish id
        """,
        "d11",
        "tr.tckimlik",
    ),
    Scheme("vergi no, vergi numarası, vergi kimlik, vkn", "d10|d11", "tr.vkn"),
)

_NORDIC_BALTIC = (
    Scheme(
        "personnummer, personnr, person nummer, pnr, personal identity number, samordningsnummer",
        "d12|d10|d11",
        "se.personnummer no.fodselsnummer",
    ),
    Scheme(
        "fødselsnummer, fødselsnr, fødsels nummer, fnr, d nummer",
        "d11",
        "no.fodselsnummer",
    ),
    Scheme("cpr, personnummer", "d10"),
    Scheme("cpr, civil id", "d9|d12|d11"),
    Scheme(
        """
        henkilötunnus, henkilötunnukseni, henkilötunnukseksi, hetu, hetuni, sotu, personbeteckning,
        personal identity code
        """,
        "d6[-+A-FU-Ya-fu-y]d3x|d9x",
        "fi.hetu",
    ),
    Scheme("kennitala, kennitölu", "d10", "is_.kennitala"),
    Scheme("kt", "d10", "is_.kennitala", strict=True),
    Scheme("isikukood, asmens kodas", "d11", "ee.ik lt.asmens"),
    Scheme("personas kods, personas kodu, personas koda", "d11", "lv.pvn"),
)

_WORDS = (
    # Abbreviations that mean other things as well: only a number with right check digits counts.
    Scheme("tc, t c", "d11", "tr.tckimlik", strict=True),
    Scheme("ak", "d11", "ee.ik lt.asmens", strict=True),
    Scheme("uid", "d12", "in_.aadhaar", strict=True),
    Scheme("ci", "d8|d10", "ec.ci", strict=True),
    Scheme("tin", "d11", "de.idnr", strict=True),
    Scheme("tin, ghana tin, ghanaian tin", "[CPGQVcpgqv]d10|[CPGQVcpgqv]d9x", "gh.tin", strict=True),
    Scheme("tic, tax identification code", "a2d8a|d8a", "cy.vat", strict=True),
    Scheme("nit", "d14", "sv.nit", strict=True),
    Scheme("nuit", "d9", "mz.nuit", strict=True),
    Scheme("dič", "a2d10|a2d9|a2d8|d10|d9|d8", "cz.dic", strict=True),
    Scheme("cf, cod fiscale, codice fiscale", "d11", "it.iva", strict=True),
    Scheme("mst", "d10|d13", "vn.mst", strict=True),
    Scheme("documento", "d8a", "es.dni", strict=True),
)

ONE_KIND = (*_ENGLISH, *_GERMAN_DUTCH_FRENCH, *_SOUTHERN, *_NORDIC_BALTIC, *_WORDS, *EASTERN, *ASIAN, *LATIN)
"""Names of one kind of number, or of a few."""
